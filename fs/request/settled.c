/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/settled.h"

typedef struct {
    uint64_t name; /* the key */
    uint64_t node;
    uint64_t looker;       /* the own node of who looked last */
    uint64_t until;        /* his look holds the name */
    uint64_t others_until; /* those of all others do */
} Name;

struct Settled {
    GMutex lock;         /* guards all below */
    GHashTable *by_name; /* owns the names */
    unsigned max;
};

Settled *
settled_new(unsigned max)
{
    Settled *settled = g_new0(Settled, 1);

    g_mutex_init(&settled->lock);
    settled->by_name = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    settled->max = max;
    return settled;
}

void
settled_free(Settled *settled)
{
    if (!settled)
        return;
    g_hash_table_unref(settled->by_name);
    g_mutex_clear(&settled->lock);
    g_free(settled);
}

static Name *
add(Settled *settled, uint64_t name)
{
    Name *new = g_new0(Name, 1);

    if (g_hash_table_size(settled->by_name) >= settled->max)
        g_hash_table_remove_all(settled->by_name);
    new->name = name;
    (void)g_hash_table_insert(settled->by_name, &new->name, new);
    return new;
}

uint64_t
settled_node(Settled *settled, const Look *look)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&settled->lock);
    Name *known = g_hash_table_lookup(settled->by_name, &look->name);

    if (!known)
        known = add(settled, look->name);
    if (known->looker != look->own) {
        known->others_until = MAX(known->others_until, known->until);
        known->looker = look->own;
        known->until = 0;
    }
    known->until =
        MAX(known->until, look->now + (look->is_outside ? SETTLED_OUTSIDE_USEC : SETTLED_USEC));
    if (known->node == 0 || look->now >= known->others_until)
        known->node = look->own;
    return known->node;
}
