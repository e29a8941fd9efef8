/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cache.h"

typedef struct {
    uint64_t key;
    uint64_t used;
    void *value;
    GList by_use; /* link in Cache.by_use; data is the entry */
} Entry;

struct Cache {
    const CacheKind *kind;
    unsigned max;
    GMutex lock;        /* guards all below */
    GHashTable *by_key; /* the entries; they are owned by by_use */
    GQueue by_use;      /* used last comes first */
    uint64_t hits, misses;
};

Cache *
cache_new(const CacheKind *kind, unsigned max)
{
    Cache *cache = g_new0(Cache, 1);

    cache->kind = kind;
    cache->max = max;
    g_mutex_init(&cache->lock);
    cache->by_key = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_queue_init(&cache->by_use);
    return cache;
}

/* Takes @entry out and puts it on the list of what is to be freed without the lock. */
static void
take_out(Cache *cache, Entry *entry, GSList **dropped)
{
    g_hash_table_remove(cache->by_key, &entry->key);
    g_queue_unlink(&cache->by_use, &entry->by_use);
    *dropped = g_slist_prepend(*dropped, entry);
}

static void
free_dropped(const Cache *cache, GSList *dropped)
{
    for (GSList *item = dropped; item; item = item->next) {
        Entry *entry = item->data;

        cache->kind->value_free(entry->value);
        g_free(entry);
    }
    g_slist_free(dropped);
}

void
cache_free(Cache *cache)
{
    GSList *dropped = NULL;

    if (!cache)
        return;
    while (cache->by_use.tail)
        take_out(cache, cache->by_use.tail->data, &dropped);
    free_dropped(cache, dropped);
    g_hash_table_unref(cache->by_key);
    g_mutex_clear(&cache->lock);
    g_free(cache);
}

static void
drop_idle(Cache *cache, uint64_t now, GSList **dropped)
{
    while (cache->by_use.tail) {
        Entry *oldest = cache->by_use.tail->data;

        if (now < oldest->used || now - oldest->used <= cache->kind->max_idle_usec)
            return;
        take_out(cache, oldest, dropped);
    }
}

static void
touch(Cache *cache, Entry *entry, uint64_t now)
{
    entry->used = now;
    g_queue_unlink(&cache->by_use, &entry->by_use);
    g_queue_push_head_link(&cache->by_use, &entry->by_use);
}

bool
cache_get(Cache *cache, uint64_t key, uint64_t now, void *ret)
{
    GSList *dropped = NULL;
    bool found = false;
    Entry *entry;

    g_mutex_lock(&cache->lock);
    drop_idle(cache, now, &dropped);
    entry = g_hash_table_lookup(cache->by_key, &key);
    if (entry && cache->kind->value_copy(entry->value, ret)) {
        touch(cache, entry, now);
        found = true;
    }
    *(found ? &cache->hits : &cache->misses) += 1;
    g_mutex_unlock(&cache->lock);
    free_dropped(cache, dropped);
    return found;
}

static void
insert(Cache *cache, uint64_t key, uint64_t now, void *value)
{
    Entry *entry = g_new0(Entry, 1);

    *entry = (Entry){.key = key, .used = now, .value = value, .by_use.data = entry};
    g_hash_table_insert(cache->by_key, &entry->key, entry);
    g_queue_push_head_link(&cache->by_use, &entry->by_use);
}

void
cache_put(Cache *cache, uint64_t key, uint64_t now, void *value)
{
    GSList *dropped = NULL;
    Entry *old;

    g_mutex_lock(&cache->lock);
    drop_idle(cache, now, &dropped);
    old = g_hash_table_lookup(cache->by_key, &key);
    if (old)
        take_out(cache, old, &dropped);
    insert(cache, key, now, value);
    if (cache->by_use.length > cache->max)
        take_out(cache, cache->by_use.tail->data, &dropped);
    g_mutex_unlock(&cache->lock);
    free_dropped(cache, dropped);
}

void
cache_drop(Cache *cache, uint64_t key)
{
    GSList *dropped = NULL;
    Entry *entry;

    g_mutex_lock(&cache->lock);
    entry = g_hash_table_lookup(cache->by_key, &key);
    if (entry)
        take_out(cache, entry, &dropped);
    g_mutex_unlock(&cache->lock);
    free_dropped(cache, dropped);
}

void
cache_use(Cache *cache, CacheUse *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&cache->lock);

    *ret = (CacheUse){cache->hits, cache->misses, cache->by_use.length};
}

bool
cache_oldest(Cache *cache, uint64_t now, uint64_t *ret_key)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&cache->lock);
    Entry *entry = cache->by_use.tail ? cache->by_use.tail->data : NULL;

    if (!entry)
        return false;
    *ret_key = entry->key;
    touch(cache, entry, now);
    return true;
}
