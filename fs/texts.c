/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/texts.h"

#include "common/number.h"
#include "fs/survive/facts.h"
#include "fs/text_record.h"

/* So many serials are kept as given before they are: microseconds, so that those of the next life
 * are hardly ahead of its clock. */
#define SERIALS 10000u

/* A text takes a tenth of that to make, if nothing is in the way. */
#define MAKING_MAX_USEC 5000

typedef struct {
    TextsKey key;
    uint64_t put;          /* when */
    uint64_t taken;        /* when it was put, or taken up from the life before */
    uint64_t record, kept; /* its number on the shelf, and when it was put there; 0: it is not */
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
    Shelf *shelf;         /* NULL: nothing is kept */
    uint64_t last_record; /* number given */
    GHashTable *making;   /* set of TextsKey */
    GCond made;           /* one left @making */
    unsigned n_waiting;   /* for that: nearly always none, and to tell nobody is a system call */
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
drop_record(const Texts *texts, const Entry *entry)
{
    if (entry->record != 0)
        shelf_drop(texts->shelf, (ShelfKey){SHELF_GOOD, entry->record});
}

/* But not its record. */
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

static bool
is_over(const Entry *entry, uint64_t now)
{
    return now < entry->taken || now - entry->taken > TEXTS_RECALL_USEC;
}

/* What nobody is to be served any more, and then as much as is too much. */
static void
make_room(Texts *texts, uint64_t now)
{
    Entry *oldest;

    while ((oldest = g_queue_peek_tail(&texts->by_age)) != NULL &&
           (is_over(oldest, now) || texts->bytes > texts->max_bytes ||
            texts->by_age.length > texts->max_texts)) {
        drop_record(texts, oldest);
        forget(texts, oldest);
    }
}

static Text
text_ref(const Text *text)
{
    Text copy = *text;

    (void)g_bytes_ref(copy.bytes);
    return copy;
}

/* Takes over what @entry owns. */
static Entry *
enter(Texts *texts, const Entry *new)
{
    Entry *entry = g_memdup2(new, sizeof *new);

    entry->by_age = (GList){.data = entry};
    (void)g_hash_table_insert(texts->by_key, &entry->key, entry);
    g_queue_push_head_link(&texts->by_age, &entry->by_age);
    texts->bytes += cost(entry);
    return entry;
}

/* Files that count: what was told once must not go back. */
#define COUNTS                                                                                     \
    (NEED_CPU_TIME | NEED_IO | NEED_EVENTS | NEED_PRESSURE_CPU | NEED_PRESSURE_IO |                \
     NEED_PRESSURE_IRQ | NEED_PRESSURE_MEMORY)

static bool
is_kept_already(const Entry *entry)
{
    return !(entry->key.file->needs & COUNTS) && entry->kept != 0 &&
           number_sub(entry->put, entry->kept) < TEXTS_KEEP_USEC;
}

static void
keep(Texts *texts, Entry *entry)
{
    const TextRecord record = {entry->key, entry->put, entry->text};
    g_auto(RecordWriter) writer = {.more = NULL};

    if (!texts->shelf || is_kept_already(entry))
        return;
    if (entry->record == 0)
        entry->record = ++texts->last_record;
    entry->kept = entry->put;
    text_record_write(&record, &writer);
    record_keep(&writer, texts->shelf, (ShelfKey){SHELF_GOOD, entry->record});
}

typedef struct {
    Texts *texts;
    uint64_t now;
} TakeUp;

/* A ShelfVisit. */
static bool
take_up(uint64_t number, const void *data, size_t len, void *user)
{
    const TakeUp *up = user;
    Texts *texts = up->texts;
    TextRecord record;

    if (!text_record_read(data, len, &record))
        return false;
    if (texts->by_age.length >= texts->max_texts || record.put > up->now ||
        texts->bytes + sizeof(Entry) + g_bytes_get_size(record.text.bytes) > texts->max_bytes ||
        g_hash_table_contains(texts->by_key, &record.key)) {
        text_clear(&record.text);
        return false;
    }
    (void)enter(texts, &(Entry){.key = record.key,
                                .put = record.put,
                                .taken = up->now,
                                .record = number,
                                .kept = record.put,
                                .text = record.text});
    texts->last_record = MAX(texts->last_record, number);
    return true;
}

/* What a life of more than ten seconds would not have kept beside the newest.  Else lives that are
 * shorter gather texts until there is no room for more, and to take those up takes 100 ms. */
static void
drop_outlived(Texts *texts)
{
    uint64_t newest = 0;
    GList *link, *next;

    for (link = texts->by_age.head; link; link = link->next)
        newest = MAX(newest, ((const Entry *)link->data)->put);
    for (link = texts->by_age.head; link; link = next) {
        Entry *entry = link->data;

        next = link->next;
        if (newest - entry->put > TEXTS_RECALL_USEC) {
            drop_record(texts, entry);
            forget(texts, entry);
        }
    }
}

void
texts_keep(Texts *texts, Shelf *shelf, uint64_t now)
{
    texts->last_serial = texts->kept_serial = facts_get(shelf, FACT_SERIAL);
    shelf_foreach(shelf, SHELF_GOOD, take_up, &(TakeUp){texts, now});
    texts->shelf = shelf;
    drop_outlived(texts);
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
    Entry *before = g_hash_table_lookup(texts->by_key, key);
    Entry entry = {.key = *key, .put = now, .taken = now};

    if (before) {
        entry.record = before->record;
        entry.kept = before->kept;
        forget(texts, before);
    }
    text->serial = next_serial(texts);
    entry.text = text_ref(text);
    keep(texts, enter(texts, &entry));
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
texts_recall(Texts *texts, const TextsKey *key, uint64_t now, Text *ret, uint64_t *ret_age)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&texts->lock);
    const Entry *entry = g_hash_table_lookup(texts->by_key, key);

    if (!entry)
        return false;
    *ret = text_ref(&entry->text);
    *ret_age = number_sub(now, entry->put);
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
