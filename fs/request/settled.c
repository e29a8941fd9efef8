/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/settled.h"

#include "fs/survive/record.h"

#define RECORD_VERSION 1
#define KEEP_USEC (SETTLED_USEC / 8) /* when a name was looked for is kept no more often */

typedef struct {
    uint64_t name; /* the key */
    uint64_t node;
    uint64_t kept; /* when */
    GQueue holds;  /* owns them */
} Name;

/* Somebody who has looked and may be mounting what he found. */
typedef struct {
    Name *name; /* borrowed */
    pid_t thread;
    uint64_t until;
    GList of_name; /* link in Name.holds; data is the hold */
} Hold;

struct Settled {
    Shelf *shelf;          /* NULL: nothing is kept */
    GMutex lock;           /* guards all below */
    GHashTable *by_name;   /* owns the names */
    GHashTable *by_thread; /* the last hold of each whose thread has a number; borrows */
    unsigned n_holds;
    unsigned max;
    SettledLives lives;
    void *data;
};

static void
name_free(gpointer data)
{
    Name *name = data;

    for (GList *link = name->holds.head, *next; link; link = next) {
        next = link->next;
        g_free(link->data);
    }
    g_free(name);
}

Settled *
settled_new(unsigned max, SettledLives lives, void *data)
{
    Settled *settled = g_new0(Settled, 1);

    g_mutex_init(&settled->lock);
    settled->by_name = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, name_free);
    settled->by_thread = g_hash_table_new(NULL, NULL);
    settled->max = max;
    settled->lives = lives;
    settled->data = data;
    return settled;
}

void
settled_free(Settled *settled)
{
    if (!settled)
        return;
    g_hash_table_unref(settled->by_thread);
    g_hash_table_unref(settled->by_name);
    g_mutex_clear(&settled->lock);
    g_free(settled);
}

static void
let_go(Settled *settled, Hold *hold)
{
    gpointer thread = GINT_TO_POINTER(hold->thread);

    if (g_hash_table_lookup(settled->by_thread, thread) == hold)
        (void)g_hash_table_remove(settled->by_thread, thread);
    g_queue_unlink(&hold->name->holds, &hold->of_name);
    settled->n_holds--;
    g_free(hold);
}

/* Whoever looks for the next has mounted the last. */
static void
let_go_of_last(Settled *settled, const Look *look)
{
    Hold *last = g_hash_table_lookup(settled->by_thread, GINT_TO_POINTER(look->thread));

    if (last)
        let_go(settled, last);
}

static void
forget_all(Settled *settled)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_remove_all(settled->by_thread);
    g_hash_table_iter_init(&iter, settled->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        shelf_drop(settled->shelf, (ShelfKey){SHELF_LOOK, ((Name *)value)->name});
        g_hash_table_iter_remove(&iter);
    }
    settled->n_holds = 0;
}

static Name *
find(Settled *settled, uint64_t name)
{
    Name *known;

    if (g_hash_table_size(settled->by_name) >= settled->max || settled->n_holds >= settled->max)
        forget_all(settled);
    known = g_hash_table_lookup(settled->by_name, &name);
    if (!known) {
        known = g_new0(Name, 1);
        known->name = name;
        (void)g_hash_table_insert(settled->by_name, &known->name, known);
    }
    return known;
}

static bool
is_held(Settled *settled, Name *name, uint64_t now)
{
    for (GList *link = name->holds.head, *next; link; link = next) {
        Hold *hold = link->data;

        next = link->next;
        if (now >= hold->until ||
            (hold->thread != 0 && !settled->lives(hold->thread, settled->data)))
            let_go(settled, hold);
    }
    return name->holds.length > 0;
}

static void
hold(Settled *settled, Name *name, const Look *look)
{
    Hold *new = g_new0(Hold, 1);

    new->name = name;
    new->thread = look->thread;
    new->until = look->now + (look->is_outside ? SETTLED_OUTSIDE_USEC : SETTLED_USEC);
    new->of_name.data = new;
    g_queue_push_tail_link(&name->holds, &new->of_name);
    settled->n_holds++;
    if (look->thread != 0)
        (void)g_hash_table_insert(settled->by_thread, GINT_TO_POINTER(look->thread), new);
}

static void
keep(Settled *settled, Name *name, uint64_t now)
{
    const uint64_t words[] = {RECORD_VERSION, name->node, now};

    (void)shelf_put(settled->shelf, (ShelfKey){SHELF_LOOK, name->name}, words, sizeof words);
    name->kept = now;
}

typedef struct {
    Settled *settled;
    uint64_t now;
} Taking;

/* A ShelfVisit.  One that nobody can hold any more is of no use. */
static bool
take_up(uint64_t key, const void *data, size_t len, void *user)
{
    const Taking *taking = user;
    RecordReader reader = record_read(data, len, RECORD_VERSION);
    uint64_t node = record_take(&reader), kept = record_take(&reader);
    Name *name;

    if (!record_ends(&reader) || kept > taking->now ||
        taking->now - kept > SETTLED_USEC + KEEP_USEC)
        return false;
    name = find(taking->settled, key);
    name->node = node;
    name->kept = kept;
    hold(taking->settled, name, &(Look){.now = taking->now});
    return true;
}

void
settled_keep(Settled *settled, Shelf *shelf, uint64_t now)
{
    Taking taking = {settled, now};

    shelf_foreach(shelf, SHELF_LOOK, take_up, &taking);
    settled->shelf = shelf;
}

uint64_t
settled_node(Settled *settled, const Look *look)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&settled->lock);
    bool leads_elsewhere;
    Name *name;

    let_go_of_last(settled, look);
    name = find(settled, look->name);
    leads_elsewhere = name->node != look->own && !is_held(settled, name, look->now);
    if (leads_elsewhere)
        name->node = look->own;
    hold(settled, name, look);
    if (settled->shelf && (leads_elsewhere || look->now - name->kept >= KEEP_USEC))
        keep(settled, name, look->now);
    return name->node;
}
