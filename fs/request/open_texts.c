/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/open_texts.h"

#include "fs/survive/facts.h"

#include <stdbool.h>

#define HANDLES 65536 /* are kept as given before they are */

typedef struct {
    uint64_t handle; /* the key */
    GBytes *text;
    gint64 used;  /* CLOCK_MONOTONIC; 0: it is of this life */
    GList by_use; /* link in OpenTexts.by_use; data is the entry */
} OpenText;

#define OVERHEAD (sizeof(OpenText) + 64) /* of an entry: table and allocator, roughly */

struct OpenTexts {
    GMutex lock;           /* guards all below */
    GHashTable *by_handle; /* owns the entries */
    GQueue by_use;         /* used last comes first */
    size_t bytes, max_bytes;
    uint64_t last_handle;
    uint64_t kept_handle;
    Shelf *shelf; /* NULL: nothing is kept */
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

static void
keep_handles(OpenTexts *texts)
{
    texts->kept_handle += HANDLES;
    facts_set(texts->shelf, FACT_HANDLE, texts->kept_handle);
}

uint64_t
open_texts_handle(OpenTexts *texts)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);

    if (texts->shelf && texts->last_handle == texts->kept_handle)
        keep_handles(texts);
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
    shelf_drop(texts->shelf, (ShelfKey){SHELF_TEXT, open->handle});
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
    if (open->used != 0)
        open->used = g_get_monotonic_time();
    return g_bytes_ref(open->text);
}

/* Takes over @text. */
static OpenText *
enter(OpenTexts *texts, uint64_t handle, GBytes *text)
{
    OpenText *open = g_new0(OpenText, 1);

    *open = (OpenText){.handle = handle, .text = text, .by_use.data = open};
    g_hash_table_insert(texts->by_handle, &open->handle, open);
    g_queue_push_head_link(&texts->by_use, &open->by_use);
    texts->bytes += cost(open);
    return open;
}

static bool
is_abandoned(const OpenText *open)
{
    return open->used != 0 && g_get_monotonic_time() - open->used > OPEN_TEXTS_USEC;
}

static void
make_room(OpenTexts *texts)
{
    OpenText *oldest;

    while ((oldest = g_queue_peek_tail(&texts->by_use)) != NULL &&
           (texts->bytes > texts->max_bytes || is_abandoned(oldest)))
        forget(texts, oldest);
}

void
open_texts_put(OpenTexts *texts, uint64_t handle, GBytes *text)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    OpenText *open = g_hash_table_lookup(texts->by_handle, &handle);

    if (open)
        forget(texts, open);
    (void)enter(texts, handle, g_bytes_ref(text));
    if (texts->shelf)
        (void)shelf_put(texts->shelf, (ShelfKey){SHELF_TEXT, handle}, g_bytes_get_data(text, NULL),
                        g_bytes_get_size(text));
    make_room(texts);
}

/* A ShelfVisit.  A record is the text, whatever that is. */
static bool
take_up(uint64_t handle, const void *data, size_t len, void *user)
{
    OpenTexts *texts = user;

    if (texts->bytes + len + OVERHEAD > texts->max_bytes)
        return false;
    enter(texts, handle, g_bytes_new(data, len))->used = g_get_monotonic_time();
    return true;
}

void
open_texts_keep(OpenTexts *texts, Shelf *shelf)
{
    texts->last_handle = texts->kept_handle = facts_get(shelf, FACT_HANDLE);
    shelf_foreach(shelf, SHELF_TEXT, take_up, texts);
    texts->shelf = shelf;
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
