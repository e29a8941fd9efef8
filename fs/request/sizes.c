/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/sizes.h"

#include "fs/survive/record.h"

#include <string.h>

/* Numbers grow a digit now and then. */
#define GROWTH 32u
#define UNIT 64u
#define RECORD_VERSION 1

typedef struct {
    uint64_t node; /* the key */
    size_t size;
} NodeSize;

struct Sizes {
    Shelf *shelf;        /* NULL: nothing is kept */
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

static void
forget_all(Sizes *sizes)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, sizes->by_node);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        shelf_drop(sizes->shelf, (ShelfKey){SHELF_SIZE, ((NodeSize *)value)->node});
        g_hash_table_iter_remove(&iter);
    }
}

static NodeSize *
add(Sizes *sizes, uint64_t node)
{
    NodeSize *new = g_new0(NodeSize, 1);

    if (g_hash_table_size(sizes->by_node) >= sizes->max)
        forget_all(sizes);
    new->node = node;
    g_hash_table_insert(sizes->by_node, &new->node, new);
    return new;
}

static void
keep(Sizes *sizes, const NodeSize *known)
{
    const uint64_t words[] = {RECORD_VERSION, known->size};

    (void)shelf_put(sizes->shelf, (ShelfKey){SHELF_SIZE, known->node}, words, sizeof words);
}

size_t
sizes_fit(Sizes *sizes, uint64_t node, size_t len)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sizes->lock);
    NodeSize *known = g_hash_table_lookup(sizes->by_node, &node);

    if (!known)
        known = add(sizes, node);
    if (len > known->size) {
        known->size = (len + GROWTH + UNIT - 1) / UNIT * UNIT;
        keep(sizes, known);
    }
    return known->size;
}

/* A ShelfVisit. */
static bool
take_up(uint64_t node, const void *data, size_t len, void *user)
{
    RecordReader reader = record_read(data, len, RECORD_VERSION);
    uint64_t size = record_take_max(&reader, SIZE_MAX);
    Sizes *sizes = user;

    if (!record_is_whole(&reader) || g_hash_table_size(sizes->by_node) >= sizes->max)
        return false;
    add(sizes, node)->size = size;
    return true;
}

void
sizes_keep(Sizes *sizes, Shelf *shelf)
{
    shelf_foreach(shelf, SHELF_SIZE, take_up, sizes);
    sizes->shelf = shelf;
}

GArray *
sizes_nodes(Sizes *sizes)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sizes->lock);
    GArray *nodes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, sizes->by_node);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_array_append_val(nodes, ((NodeSize *)value)->node);
    return nodes;
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

    if (g_hash_table_remove(sizes->by_node, &node))
        shelf_drop(sizes->shelf, (ShelfKey){SHELF_SIZE, node});
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
