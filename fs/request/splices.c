/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/splices.h"

typedef struct {
    uint64_t node; /* the key */
    size_t len;    /* of the text brought last */
    unsigned handles;
} Splice;

struct Splices {
    GMutex lock;         /* guards all below */
    GHashTable *by_node; /* owns the splices */
    GHashTable *handles; /* a set; owns its keys */
    unsigned max;
};

Splices *
splices_new(unsigned max)
{
    Splices *splices = g_new0(Splices, 1);

    g_mutex_init(&splices->lock);
    splices->by_node = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    splices->handles = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    splices->max = max;
    return splices;
}

void
splices_free(Splices *splices)
{
    if (!splices)
        return;
    g_hash_table_unref(splices->handles);
    g_hash_table_unref(splices->by_node);
    g_mutex_clear(&splices->lock);
    g_free(splices);
}

static Splice *
splice_add(Splices *splices, uint64_t node)
{
    Splice *splice = g_new0(Splice, 1);

    splice->node = node;
    g_hash_table_insert(splices->by_node, &splice->node, splice);
    return splice;
}

bool
splices_begin(Splices *splices, uint64_t handle, uint64_t node, size_t len)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&splices->lock);
    Splice *splice = g_hash_table_lookup(splices->by_node, &node);
    bool known = g_hash_table_contains(splices->handles, &handle);

    if ((splice && len > splice->len) ||
        (!known && g_hash_table_size(splices->handles) >= splices->max))
        return false;
    if (!splice)
        splice = splice_add(splices, node);
    splice->len = len;
    if (!known) {
        (void)g_hash_table_add(splices->handles, g_memdup2(&handle, sizeof handle));
        splice->handles++;
    }
    return true;
}

bool
splices_has(Splices *splices, uint64_t handle)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&splices->lock);

    return g_hash_table_contains(splices->handles, &handle);
}

bool
splices_end(Splices *splices, uint64_t handle, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&splices->lock);
    Splice *splice = g_hash_table_lookup(splices->by_node, &node);

    if (!g_hash_table_remove(splices->handles, &handle) || !splice || --splice->handles > 0)
        return false;
    (void)g_hash_table_remove(splices->by_node, &node);
    return true;
}

bool
splices_size(Splices *splices, uint64_t node, size_t *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&splices->lock);
    const Splice *splice = g_hash_table_lookup(splices->by_node, &node);

    if (splice)
        *ret = splice->len;
    return splice != NULL;
}
