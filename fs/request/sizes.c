/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/sizes.h"

#include <string.h>

/* Numbers grow a digit now and then. */
#define GROWTH 32u
#define UNIT 64u

typedef struct {
    uint64_t node; /* the key */
    size_t size;
} NodeSize;

struct Sizes {
    GMutex lock;         /* guards all below */
    GHashTable *by_node; /* owns the sizes */
    unsigned max;
};

Sizes *
sizes_new(unsigned max)
{
    Sizes *sizes = g_new0(Sizes, 1);

    g_mutex_init(&sizes->lock);
    sizes->by_node = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    sizes->max = max;
    return sizes;
}

void
sizes_free(Sizes *sizes)
{
    if (!sizes)
        return;
    g_hash_table_unref(sizes->by_node);
    g_mutex_clear(&sizes->lock);
    g_free(sizes);
}

size_t
sizes_get(Sizes *sizes, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sizes->lock);
    const NodeSize *known = g_hash_table_lookup(sizes->by_node, &node);

    return known ? known->size : 0;
}

static NodeSize *
add(Sizes *sizes, uint64_t node)
{
    NodeSize *new = g_new0(NodeSize, 1);

    if (g_hash_table_size(sizes->by_node) >= sizes->max)
        g_hash_table_remove_all(sizes->by_node);
    new->node = node;
    g_hash_table_insert(sizes->by_node, &new->node, new);
    return new;
}

size_t
sizes_fit(Sizes *sizes, uint64_t node, size_t len)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sizes->lock);
    NodeSize *known = g_hash_table_lookup(sizes->by_node, &node);

    if (!known)
        known = add(sizes, node);
    if (len > known->size)
        known->size = (len + GROWTH + UNIT - 1) / UNIT * UNIT;
    return known->size;
}

void
sizes_tell(Sizes *sizes, uint64_t node, size_t size)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sizes->lock);
    NodeSize *known = g_hash_table_lookup(sizes->by_node, &node);

    if (!known)
        known = add(sizes, node);
    known->size = size;
}

void
sizes_forget(Sizes *sizes, uint64_t node)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sizes->lock);

    (void)g_hash_table_remove(sizes->by_node, &node);
}

GBytes *
sizes_pad(GBytes *text, size_t size)
{
    size_t len, end;
    const char *bytes = g_bytes_get_data(text, &len);
    char *padded;

    if (len == 0 || len > size || bytes[len - 1] != '\n')
        return NULL;
    for (end = len; end > 0 && bytes[end - 1] == '\n'; end--)
        ;
    padded = g_malloc(size);
    memcpy(padded, bytes, end);
    memset(padded + end, ' ', size - len);
    memset(padded + end + (size - len), '\n', len - end);
    return g_bytes_new_take(padded, size);
}
