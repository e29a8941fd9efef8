/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What outlives the process. */

#include "common/number.h"
#include "fs/load_record.h"

void
load_keep(Loads *loads, Load *load)
{
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!loads->shelf || g_hash_table_lookup(loads->by_id, &load->id) != load)
        return;
    load->due = (uint64_t)loads->next;
    load_record_write(load, &writer);
    record_keep(&writer, loads->shelf, (ShelfKey){SHELF_LOAD, load->id});
}

/* A ShelfVisit. */
static bool
take_up(uint64_t id, const void *data, size_t len, void *user)
{
    Loads *loads = user;
    Load *load = load_record_read(id, data, len);

    if (!load)
        return false;
    if (g_hash_table_size(loads->by_id) >= loads->max) {
        load_unref(load);
        return false;
    }
    if (load->averaged) {
        loads->next = MAX(loads->next, (gint64)MIN(load->due, G_MAXINT64));
        loads->n_averaged++;
    }
    load_enter(loads, load);
    return true;
}

/* Who was there before may have died when some of the averages had gone on and others not: these
 * are brought up to them.  For the rest of the time that passed, see loads_run(). */
void
loads_keep(Loads *loads, Shelf *shelf)
{
    const gint64 latest = g_get_monotonic_time() + (gint64)LOAD_VIEW_PERIOD_USEC;

    shelf_foreach(shelf, SHELF_LOAD, take_up, loads);
    loads->next = MIN(loads->next, latest);
    for (GList *link = loads->by_use.head; link; link = link->next) {
        Load *load = link->data;

        if (load->averaged)
            load_view_advance(&load->view,
                              number_sub((uint64_t)loads->next, load->due) / LOAD_VIEW_PERIOD_USEC);
    }
    loads->shelf = shelf;
    if (loads->n_averaged > 0)
        loads_start(loads);
}
