/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/expiry.h"

#include <stdbool.h>

typedef struct {
    gpointer connection; /* these two are the key */
    uint64_t node;
    uint64_t end;
    GList by_end; /* link in Expiry.by_end; data is the entry */
} Entry;

struct Expiry {
    ExpiryConfig config;
    GThread *thread;
    GMutex lock; /* guards all below; not held while a page is taken away */
    GCond changed;
    GHashTable *by_node; /* owns the entries */
    GQueue by_end;       /* what ends first comes first */
    bool stop;
};

static guint
entry_hash(gconstpointer data)
{
    const Entry *entry = data;

    return g_direct_hash(entry->connection) ^ g_int64_hash(&entry->node);
}

static gboolean
entry_equal(gconstpointer first, gconstpointer second)
{
    const Entry *a = first, *b = second;

    return a->connection == b->connection && a->node == b->node;
}

/* The caller frees. */
static Entry *
take_first(Expiry *expiry)
{
    Entry *entry = g_queue_peek_head(&expiry->by_end);

    g_queue_unlink(&expiry->by_end, &entry->by_end);
    (void)g_hash_table_steal(expiry->by_node, entry);
    return entry;
}

/* How long until the first page is to be taken away, microseconds. */
static uint64_t
time_left(Expiry *expiry)
{
    const Entry *first = g_queue_peek_head(&expiry->by_end);
    uint64_t now = expiry->config.now();

    if (expiry->stop || expiry->by_end.length > expiry->config.max)
        return 0;
    return first->end > now ? first->end - now : 0;
}

/* Under the lock, but while it waits.  The caller frees; NULL to end. */
static Entry *
wait_for_end(Expiry *expiry)
{
    uint64_t left;

    for (;;) {
        if (g_queue_is_empty(&expiry->by_end)) {
            if (expiry->stop)
                return NULL;
            g_cond_wait(&expiry->changed, &expiry->lock);
        } else if ((left = time_left(expiry)) > 0) {
            (void)g_cond_wait_until(&expiry->changed, &expiry->lock,
                                    g_get_monotonic_time() + (gint64)left);
        } else {
            return take_first(expiry);
        }
    }
}

static gpointer
run(gpointer data)
{
    Expiry *expiry = data;
    Entry *entry;

    g_mutex_lock(&expiry->lock);
    while ((entry = wait_for_end(expiry)) != NULL) {
        g_mutex_unlock(&expiry->lock);
        expiry->config.drop(entry->connection, entry->node);
        g_free(entry);
        g_mutex_lock(&expiry->lock);
    }
    g_mutex_unlock(&expiry->lock);
    return NULL;
}

Expiry *
expiry_new(const ExpiryConfig *config)
{
    Expiry *expiry = g_new0(Expiry, 1);

    expiry->config = *config;
    g_mutex_init(&expiry->lock);
    g_cond_init(&expiry->changed);
    expiry->by_node = g_hash_table_new_full(entry_hash, entry_equal, NULL, g_free);
    g_queue_init(&expiry->by_end);
    expiry->thread = g_thread_new("expiry", run, expiry);
    return expiry;
}

/* Ends come in their order, but for one of a text that is older than others. */
static void
put_in_order(Expiry *expiry, Entry *entry)
{
    GList *after = expiry->by_end.tail;

    while (after && ((const Entry *)after->data)->end > entry->end)
        after = after->prev;
    g_queue_insert_after_link(&expiry->by_end, after, &entry->by_end);
}

void
expiry_add(Expiry *expiry, gpointer connection, uint64_t node, uint64_t end)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&expiry->lock);
    const Entry key = {.connection = connection, .node = node};
    Entry *entry = g_hash_table_lookup(expiry->by_node, &key);

    if (expiry->stop)
        return;
    if (entry) {
        if (entry->end == end)
            return;
        g_queue_unlink(&expiry->by_end, &entry->by_end);
    } else {
        entry = g_new0(Entry, 1);
        *entry = key;
        entry->by_end.data = entry;
        (void)g_hash_table_add(expiry->by_node, entry);
    }
    entry->end = end;
    put_in_order(expiry, entry);
    /* It sleeps until the first one ends: later ones need not wake it. */
    if (expiry->by_end.head == &entry->by_end || expiry->by_end.length > expiry->config.max)
        g_cond_signal(&expiry->changed);
}

void
expiry_stop(Expiry *expiry)
{
    g_mutex_lock(&expiry->lock);
    expiry->stop = true;
    g_cond_signal(&expiry->changed);
    g_mutex_unlock(&expiry->lock);
    if (expiry->thread)
        (void)g_thread_join(g_steal_pointer(&expiry->thread));
}

void
expiry_free(Expiry *expiry)
{
    if (!expiry)
        return;
    expiry_stop(expiry);
    g_hash_table_unref(expiry->by_node);
    g_cond_clear(&expiry->changed);
    g_mutex_clear(&expiry->lock);
    g_free(expiry);
}
