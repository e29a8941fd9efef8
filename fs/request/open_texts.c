/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/open_texts.h"

typedef struct {
    uint64_t handle; /* the key */
    GBytes *text;
    GList by_use; /* link in OpenTexts.by_use; data is the entry */
} OpenText;

#define OVERHEAD (sizeof(OpenText) + 64) /* of an entry: table and allocator, roughly */

struct OpenTexts {
    GMutex lock;           /* guards all below */
    GHashTable *by_handle; /* owns the entries */
    GQueue by_use;         /* used last comes first */
    size_t bytes, max_bytes;
    uint64_t last_handle;
};

static void
open_text_free(gpointer data)
{
    OpenText *open = data;

    g_bytes_unref(open->text);
    g_free(open);
}

OpenTexts *
open_texts_new(size_t max_bytes)
{
    OpenTexts *texts = g_new0(OpenTexts, 1);

    g_mutex_init(&texts->lock);
    texts->by_handle = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, open_text_free);
    g_queue_init(&texts->by_use);
    texts->max_bytes = max_bytes;
    return texts;
}

void
open_texts_free(OpenTexts *texts)
{
    if (!texts)
        return;
    g_hash_table_unref(texts->by_handle);
    g_mutex_clear(&texts->lock);
    g_free(texts);
}

uint64_t
open_texts_handle(OpenTexts *texts)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);

    return ++texts->last_handle;
}

static size_t
cost(const OpenText *open)
{
    return g_bytes_get_size(open->text) + OVERHEAD;
}

static void
forget(OpenTexts *texts, OpenText *open)
{
    texts->bytes -= cost(open);
    g_queue_unlink(&texts->by_use, &open->by_use);
    g_hash_table_remove(texts->by_handle, &open->handle);
}

GBytes *
open_texts_get(OpenTexts *texts, uint64_t handle)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    OpenText *open = g_hash_table_lookup(texts->by_handle, &handle);

    if (!open)
        return NULL;
    g_queue_unlink(&texts->by_use, &open->by_use);
    g_queue_push_head_link(&texts->by_use, &open->by_use);
    return g_bytes_ref(open->text);
}

void
open_texts_put(OpenTexts *texts, uint64_t handle, GBytes *text)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    OpenText *open = g_hash_table_lookup(texts->by_handle, &handle);

    if (open)
        forget(texts, open);
    open = g_new0(OpenText, 1);
    *open = (OpenText){.handle = handle, .text = g_bytes_ref(text), .by_use.data = open};
    g_hash_table_insert(texts->by_handle, &open->handle, open);
    g_queue_push_head_link(&texts->by_use, &open->by_use);
    texts->bytes += cost(open);
    while (texts->bytes > texts->max_bytes)
        forget(texts, g_queue_peek_tail(&texts->by_use));
}

void
open_texts_drop(OpenTexts *texts, uint64_t handle)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    OpenText *open = g_hash_table_lookup(texts->by_handle, &handle);

    if (open)
        forget(texts, open);
}

unsigned
open_texts_use(OpenTexts *texts, size_t *ret_bytes)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);

    *ret_bytes = texts->bytes;
    return texts->by_use.length;
}
