/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/settled.h"

typedef struct {
    uint64_t name; /* the key */
    uint64_t node;
    GQueue holds; /* owns them */
} Name;

/* Somebody who has looked and may be mounting what he found. */
typedef struct {
    Name *name; /* borrowed */
    pid_t thread;
    uint64_t until;
    GList of_name; /* link in Name.holds; data is the hold */
} Hold;

struct Settled {
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

static Name *
find(Settled *settled, uint64_t name)
{
    Name *known;

    if (g_hash_table_size(settled->by_name) >= settled->max || settled->n_holds >= settled->max) {
        g_hash_table_remove_all(settled->by_thread);
        g_hash_table_remove_all(settled->by_name);
        settled->n_holds = 0;
    }
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

uint64_t
settled_node(Settled *settled, const Look *look)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&settled->lock);
    Name *name;

    let_go_of_last(settled, look);
    name = find(settled, look->name);
    if (name->node != look->own && !is_held(settled, name, look->now))
        name->node = look->own;
    hold(settled, name, look);
    return name->node;
}
