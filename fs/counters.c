/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/counters.h"

#include "fs/counters_record.h"

#include <stdbool.h>
#include <string.h>

/* As in history.c: what lies behind by less was taken earlier and merely arrives late. */
#define LATE_USEC G_USEC_PER_SEC

typedef struct {
    CountersKey key;
    uint64_t slot; /* its number on the shelf, where a key has no room for all of ours */
    GList by_use;  /* link in Counters.by_use; data is the entry */
    uint64_t now;  /* of the last look */
    unsigned n;
    CounterView views[];
} Entry;

struct Counters {
    GMutex lock;        /* guards all below; nothing that could wait is done under it */
    GHashTable *by_key; /* owns the entries */
    GQueue by_use;      /* used last comes first */
    unsigned max;
    uint64_t last_slot;
    Shelf *shelf;               /* NULL: nothing is kept */
    const CgroupLayout *layout; /* where the ids are of; NULL: nobody knows */
};

static guint
key_hash(gconstpointer data)
{
    const CountersKey *key = data;
    uint64_t mixed = (key->id * 31 + key->device) * 31 + key->kind;

    return g_int64_hash(&mixed);
}

static gboolean
key_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(CountersKey)) == 0;
}

Counters *
counters_new(unsigned max)
{
    Counters *counters = g_new0(Counters, 1);

    g_mutex_init(&counters->lock);
    counters->by_key = g_hash_table_new_full(key_hash, key_equal, NULL, g_free);
    g_queue_init(&counters->by_use);
    counters->max = max;
    return counters;
}

void
counters_free(Counters *counters)
{
    if (!counters)
        return;
    g_hash_table_unref(counters->by_key);
    g_mutex_clear(&counters->lock);
    g_free(counters);
}

static Entry *
entry_add(Counters *counters, const CountersKey *key, unsigned n)
{
    Entry *entry = g_malloc0(sizeof *entry + n * sizeof entry->views[0]);

    entry->key = *key;
    entry->slot = ++counters->last_slot;
    entry->n = n;
    entry->by_use.data = entry;
    g_hash_table_insert(counters->by_key, &entry->key, entry);
    g_queue_push_head_link(&counters->by_use, &entry->by_use);
    return entry;
}

static void
entry_remove(Counters *counters, Entry *entry)
{
    shelf_drop(counters->shelf, (ShelfKey){SHELF_COUNTERS, entry->slot});
    g_queue_unlink(&counters->by_use, &entry->by_use);
    (void)g_hash_table_remove(counters->by_key, &entry->key);
}

static void
forget_unused(Counters *counters)
{
    while (g_hash_table_size(counters->by_key) > counters->max)
        entry_remove(counters, g_queue_peek_tail(&counters->by_use));
}

static Entry *
entry_use(Counters *counters, const CountersKey *key, unsigned n, bool *ret_new)
{
    Entry *entry = g_hash_table_lookup(counters->by_key, key);

    if (entry && entry->n != n) { /* a damaged record of an earlier life */
        entry_remove(counters, entry);
        entry = NULL;
    }
    *ret_new = !entry;
    if (!entry) {
        entry = entry_add(counters, key, n);
        forget_unused(counters);
        return entry;
    }
    g_queue_unlink(&counters->by_use, &entry->by_use);
    g_queue_push_head_link(&counters->by_use, &entry->by_use);
    return entry;
}

/* The key unused longest, which then counts as used. */
static bool
oldest_key(Counters *counters, CountersKey *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&counters->lock);
    GList *link = g_queue_pop_tail_link(&counters->by_use);

    if (!link)
        return false;
    g_queue_push_head_link(&counters->by_use, link);
    *ret = ((Entry *)link->data)->key;
    return true;
}

static void
forget(Counters *counters, const CountersKey *key)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&counters->lock);
    Entry *entry = g_hash_table_lookup(counters->by_key, key);

    if (entry)
        entry_remove(counters, entry);
}

static bool
is_dead(const Counters *counters, const CountersKey *key)
{
    CgroupController controller = key->kind == COUNTERS_EVENTS ? CGROUP_MEMORY : CGROUP_IO;

    return cgroup_layout_lost(&counters->layout->controllers[controller], key->id);
}

/* As history.c does. */
static void
forget_the_dead(Counters *counters)
{
    CountersKey key;

    for (int i = 0; counters->layout && i < 2 && oldest_key(counters, &key); i++)
        if (is_dead(counters, &key))
            forget(counters, &key);
}

static bool
is_late(const Entry *entry, uint64_t now, const uint64_t *numbers)
{
    if (now < entry->now)
        return true;
    if (now - entry->now >= LATE_USEC)
        return false;
    for (unsigned i = 0; i < entry->n; i++)
        if (numbers[i] < entry->views[i].last)
            return true;
    return false;
}

static void
keep(Counters *counters, const Entry *entry)
{
    const CountersRecord record = {entry->key, entry->now, entry->n};
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!counters->shelf)
        return;
    counters_record_write(&record, entry->views, &writer);
    record_keep(&writer, counters->shelf, (ShelfKey){SHELF_COUNTERS, entry->slot});
}

/* True if any has changed. */
static bool
advance(Entry *entry, uint64_t now, const uint64_t *numbers)
{
    bool changed = entry->now == 0;

    for (unsigned i = 0; i < entry->n; i++) {
        changed = changed || entry->views[i].last != numbers[i];
        counter_view_advance(&entry->views[i], numbers[i]);
    }
    entry->now = now;
    return changed;
}

void
counters_advance(Counters *counters, const CountersKey *key, uint64_t now, uint64_t *numbers,
                 unsigned n)
{
    Entry *entry;
    bool is_new;

    g_mutex_lock(&counters->lock);
    entry = entry_use(counters, key, n, &is_new);
    if (!is_late(entry, now, numbers) && advance(entry, now, numbers))
        keep(counters, entry);
    for (unsigned i = 0; i < n; i++)
        numbers[i] = entry->views[i].shown;
    g_mutex_unlock(&counters->lock);
    if (is_new)
        forget_the_dead(counters);
}

/* A ShelfVisit. */
static bool
take_up(uint64_t slot, const void *data, size_t len, void *user)
{
    Counters *counters = user;
    CountersRecord record;
    g_autofree CounterView *views = counters_record_read(data, len, &record);
    Entry *entry;

    counters->last_slot = MAX(counters->last_slot, slot);
    if (!views || g_hash_table_size(counters->by_key) >= counters->max ||
        g_hash_table_contains(counters->by_key, &record.key))
        return false;
    entry = entry_add(counters, &record.key, record.n);
    entry->slot = slot;
    entry->now = record.now;
    memcpy(entry->views, views, record.n * sizeof *views);
    return true;
}

void
counters_keep(Counters *counters, Shelf *shelf)
{
    shelf_foreach(shelf, SHELF_COUNTERS, take_up, counters);
    counters->shelf = shelf;
}

void
counters_watch(Counters *counters, const CgroupLayout *layout)
{
    counters->layout = layout;
}

unsigned
counters_size(Counters *counters)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&counters->lock);

    return g_hash_table_size(counters->by_key);
}
