/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/texts.h"

#include "fs/survive/facts.h"

/* So many serials are kept as given before they are: microseconds, so that those of the next life
 * are hardly ahead of its clock. */
#define SERIALS 10000u

/* A text takes a tenth of that to make, if nothing is in the way. */
#define MAKING_MAX_USEC 5000

typedef struct {
    TextsKey key;
    uint64_t put; /* when */
    Text text;
    GList by_age; /* link in Texts.by_age; data is the entry */
} Entry;

struct Texts {
    GMutex lock;        /* guards all below */
    GHashTable *by_key; /* owns the entries */
    GQueue by_age;      /* put last comes first */
    unsigned max_texts;
    size_t bytes, max_bytes;
    uint64_t last_serial, kept_serial;
    Shelf *shelf;       /* NULL: nothing is kept */
    GHashTable *making; /* set of TextsKey */
    GCond made;         /* one left @making */
    unsigned n_waiting; /* for that: nearly always none, and to tell nobody is a system call */
};

static guint
key_hash(gconstpointer data)
{
    const TextsKey *key = data;
    uint64_t hash = key->container * UINT64_C(0x9E3779B97F4A7C15);

    hash ^= (uintptr_t)key->file / sizeof *key->file ^ (uint64_t)key->boottime_offset << 16;
    for (unsigned i = 0; i < PROC_NUMBERS; i++)
        hash = hash * 31 + key->numbers.of[i];
    return (guint)(hash ^ hash >> 32);
}

static gboolean
key_equal(gconstpointer first, gconstpointer second)
{
    const TextsKey *a = first, *b = second;

    for (unsigned i = 0; i < PROC_NUMBERS; i++)
        if (a->numbers.of[i] != b->numbers.of[i])
            return FALSE;
    return a->container == b->container && a->file == b->file &&
           a->boottime_offset == b->boottime_offset;
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    text_clear(&entry->text);
    g_free(entry);
}

Texts *
texts_new(unsigned max_texts, size_t max_bytes)
{
    Texts *texts = g_new0(Texts, 1);

    g_mutex_init(&texts->lock);
    texts->by_key = g_hash_table_new_full(key_hash, key_equal, NULL, entry_free);
    texts->making = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
    g_cond_init(&texts->made);
    g_queue_init(&texts->by_age);
    texts->max_texts = max_texts;
    texts->max_bytes = max_bytes;
    return texts;
}

void
texts_free(Texts *texts)
{
    if (!texts)
        return;
    g_hash_table_unref(texts->making);
    g_cond_clear(&texts->made);
    g_hash_table_unref(texts->by_key);
    g_mutex_clear(&texts->lock);
    g_free(texts);
}

static size_t
cost(const Entry *entry)
{
    return sizeof *entry + g_bytes_get_size(entry->text.bytes);
}

static void
forget(Texts *texts, Entry *entry)
{
    texts->bytes -= cost(entry);
    g_queue_unlink(&texts->by_age, &entry->by_age);
    (void)g_hash_table_remove(texts->by_key, &entry->key);
}

static bool
is_too_old(const Entry *entry, uint64_t now)
{
    return now < entry->put || now - entry->put > TEXTS_USEC;
}

/* What nobody may be served any more, and then as much as is too much. */
static void
make_room(Texts *texts, uint64_t now)
{
    Entry *oldest;

    while ((oldest = g_queue_peek_tail(&texts->by_age)) != NULL &&
           (is_too_old(oldest, now) || texts->bytes > texts->max_bytes ||
            texts->by_age.length > texts->max_texts))
        forget(texts, oldest);
}

static Text
text_ref(const Text *text)
{
    Text copy = *text;

    (void)g_bytes_ref(copy.bytes);
    return copy;
}

void
texts_keep(Texts *texts, Shelf *shelf)
{
    texts->last_serial = texts->kept_serial = facts_get(shelf, FACT_SERIAL);
    texts->shelf = shelf;
}

/* From the clock, so that it is the time of the text. */
static uint64_t
next_serial(Texts *texts)
{
    texts->last_serial = MAX(texts->last_serial + 1, (uint64_t)g_get_real_time());
    if (texts->shelf && texts->last_serial > texts->kept_serial) {
        texts->kept_serial = texts->last_serial + SERIALS;
        facts_set(texts->shelf, FACT_SERIAL, texts->kept_serial);
    }
    return texts->last_serial;
}

void
texts_put(Texts *texts, const TextsKey *key, uint64_t now, Text *text)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    Entry *entry = g_hash_table_lookup(texts->by_key, key);

    if (entry)
        forget(texts, entry);
    text->serial = next_serial(texts);
    entry = g_new0(Entry, 1);
    *entry = (Entry){.key = *key, .put = now, .text = text_ref(text), .by_age.data = entry};
    (void)g_hash_table_insert(texts->by_key, &entry->key, entry);
    g_queue_push_head_link(&texts->by_age, &entry->by_age);
    texts->bytes += cost(entry);
    make_room(texts, now);
}

bool
texts_get(Texts *texts, const TextsKey *key, uint64_t now, Text *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    const Entry *entry = g_hash_table_lookup(texts->by_key, key);

    if (!entry || is_too_old(entry, now))
        return false;
    *ret = text_ref(&entry->text);
    return true;
}

bool
texts_make(Texts *texts, const TextsKey *key)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    gint64 until;

    if (!g_hash_table_contains(texts->making, key))
        return g_hash_table_add(texts->making, g_memdup2(key, sizeof *key));
    until = g_get_monotonic_time() + MAKING_MAX_USEC;
    texts->n_waiting++;
    while (g_hash_table_contains(texts->making, key) &&
           g_cond_wait_until(&texts->made, &texts->lock, until))
        ;
    texts->n_waiting--;
    return false;
}

void
texts_made(Texts *texts, const TextsKey *key)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);

    (void)g_hash_table_remove(texts->making, key);
    if (texts->n_waiting > 0)
        g_cond_broadcast(&texts->made);
}

void
texts_use(Texts *texts, unsigned *ret_texts, size_t *ret_bytes)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);

    *ret_texts = texts->by_age.length;
    *ret_bytes = texts->bytes;
}

void
text_clear(Text *text)
{
    g_clear_pointer(&text->bytes, g_bytes_unref);
}
