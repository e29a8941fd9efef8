/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/survive/shelf.h"

#include "common/error.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

/* The memory is a row of blocks, the first of which says what it is; a record is a run of the
 * others that begins with its head.  Heads are found by walking from one to the next; where there
 * is none a block is free. */
#define BLOCK 256u
#define MAGIC UINT32_C(0x6f776e53)
#define LAYOUT UINT32_C(1)

/* The first block.  The secret goes into every checksum: data may be what a hostile container calls
 * its cgroups, and once its record was freed it must not pass for a record itself. */
typedef struct {
    uint32_t magic, layout;
    uint64_t secret;
} Title;

typedef struct {
    uint32_t magic; /* written last, cleared first: what makes the record valid */
    uint32_t kind;
    uint64_t check; /* of all but the magic, and of the data */
    uint64_t key;
    uint64_t version; /* of two with the same key the greater counts */
    uint64_t len;     /* of the data */
} Head;
G_STATIC_ASSERT(sizeof(Head) == 40);

typedef struct {
    ShelfKey key;
    uint32_t first, n; /* blocks */
} Record;

struct Shelf {
    GMutex lock; /* guards all below, the memory too */
    uint8_t *memory;
    uint64_t secret;
    uint32_t n_blocks;
    uint32_t hand;      /* where to look for free blocks next */
    uint8_t *taken;     /* for each block: 1 if it is a record's */
    GHashTable *by_key; /* owns the records */
    uint64_t last_version;
    ShelfUse use;
};

static guint
key_hash(gconstpointer data)
{
    const ShelfKey *key = data;

    return (guint)((key->key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) ^ (guint)key->kind;
}

static gboolean
key_equal(gconstpointer first, gconstpointer second)
{
    const ShelfKey *a = first, *b = second;

    return a->kind == b->kind && a->key == b->key;
}

static Head *
head_at(const Shelf *shelf, uint32_t block)
{
    return (Head *)(void *)(shelf->memory + (size_t)block * BLOCK);
}

static uint32_t
blocks_for(size_t len)
{
    return (uint32_t)((sizeof(Head) + len + BLOCK - 1) / BLOCK);
}

static uint64_t
mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t
checksum(const Shelf *shelf, const Head *head)
{
    const uint8_t *data = (const uint8_t *)(head + 1);
    uint64_t hash = mix(shelf->secret, head->kind);

    hash = mix(mix(mix(hash, head->key), head->version), head->len);
    for (size_t at = 0; at < head->len; at += sizeof(uint64_t)) {
        uint64_t word = 0;

        memcpy(&word, data + at, MIN(sizeof word, head->len - at));
        hash = mix(hash, word);
    }
    return hash;
}

static bool
is_valid(const Shelf *shelf, uint32_t block)
{
    const Head *head = head_at(shelf, block);

    return head->magic == MAGIC && head->kind > 0 && head->kind < SHELF_KINDS &&
           head->len <= SHELF_RECORD_MAX && blocks_for(head->len) <= shelf->n_blocks - block &&
           head->check == checksum(shelf, head);
}

static void
release(Shelf *shelf, const Record *record)
{
    __atomic_store_n(&head_at(shelf, record->first)->magic, 0, __ATOMIC_RELEASE);
    memset(shelf->taken + record->first, 0, record->n);
    shelf->use.records--;
    shelf->use.bytes -= (size_t)record->n * BLOCK;
}

static void
enter(Shelf *shelf, ShelfKey key, uint32_t first, uint32_t n)
{
    Record *record = g_new0(Record, 1);

    *record = (Record){key, first, n};
    memset(shelf->taken + first, 1, n);
    shelf->use.records++;
    shelf->use.bytes += (size_t)n * BLOCK;
    (void)g_hash_table_replace(shelf->by_key, &record->key, record);
}

/* Of two versions of one record the older one goes: who wrote the newer died before he could do
 * that. */
static void
find_record(Shelf *shelf, uint32_t first)
{
    const Head *head = head_at(shelf, first);
    const ShelfKey key = {(ShelfKind)head->kind, head->key};
    const Record *other = g_hash_table_lookup(shelf->by_key, &key);

    shelf->last_version = MAX(shelf->last_version, head->version);
    if (other && head_at(shelf, other->first)->version > head->version) {
        __atomic_store_n(&head_at(shelf, first)->magic, 0, __ATOMIC_RELEASE);
        return;
    }
    if (other)
        release(shelf, other);
    enter(shelf, key, first, blocks_for(head->len));
}

static void
find_records(Shelf *shelf)
{
    for (uint32_t block = 1; block < shelf->n_blocks;) {
        if (is_valid(shelf, block)) {
            uint32_t n = blocks_for(head_at(shelf, block)->len);

            find_record(shelf, block);
            block += n;
        } else {
            block++;
        }
    }
}

/* Memory of another layout, or none of ours, has no records: with a new secret they are not valid.
 */
static bool
read_title(Shelf *shelf, GError **error)
{
    Title *title = (Title *)(void *)shelf->memory;

    if (title->magic != MAGIC || title->layout != LAYOUT) {
        title->magic = 0;
        if (getrandom(&title->secret, sizeof title->secret, 0) != sizeof title->secret) {
            read_error_set_errno(error, errno, "no random number for the shared memory");
            return false;
        }
        title->layout = LAYOUT;
        __atomic_store_n(&title->magic, MAGIC, __ATOMIC_RELEASE);
    }
    shelf->secret = title->secret;
    return true;
}

Shelf *
shelf_open(int fd, GError **error)
{
    g_autoptr(Shelf) shelf = g_new0(Shelf, 1);
    struct stat status;

    g_mutex_init(&shelf->lock);
    shelf->by_key = g_hash_table_new_full(key_hash, key_equal, NULL, g_free);
    if (fstat(fd, &status) != 0) {
        read_error_set_errno(error, errno, "cannot stat the shared memory");
        return NULL;
    }
    shelf->n_blocks = (uint32_t)MIN((uint64_t)status.st_size / BLOCK, UINT32_MAX);
    if (shelf->n_blocks < 2) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO, "the shared memory is too small");
        return NULL;
    }
    shelf->memory =
        mmap(NULL, (size_t)shelf->n_blocks * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shelf->memory == MAP_FAILED) {
        shelf->memory = NULL;
        read_error_set_errno(error, errno, "cannot map the shared memory");
        return NULL;
    }
    if (!read_title(shelf, error))
        return NULL;
    shelf->taken = g_malloc0(shelf->n_blocks);
    shelf->taken[0] = 1;
    shelf->hand = 1;
    find_records(shelf);
    return g_steal_pointer(&shelf);
}

void
shelf_close(Shelf *shelf)
{
    if (!shelf)
        return;
    if (shelf->memory)
        (void)munmap(shelf->memory, (size_t)shelf->n_blocks * BLOCK);
    g_hash_table_unref(shelf->by_key);
    g_mutex_clear(&shelf->lock);
    g_free(shelf->taken);
    g_free(shelf);
}

/* How many of the @n blocks from @first on are free, up to the first that is not. */
static uint32_t
count_free(const Shelf *shelf, uint32_t first, uint32_t n)
{
    const uint8_t *taken = memchr(shelf->taken + first, 1, n);

    return taken ? (uint32_t)(taken - shelf->taken) - first : n;
}

/* False if no @n free blocks stand side by side.  The first are taken that come after those taken
 * last: what was written together stays together. */
static bool
find_room(Shelf *shelf, uint32_t n, uint32_t *ret)
{
    for (int round = 0; round < 2; round++) {
        uint32_t first = round == 0 ? shelf->hand : 1;

        while (first < shelf->n_blocks && n <= shelf->n_blocks - first) {
            uint32_t room = count_free(shelf, first, n);

            if (room == n) {
                shelf->hand = first + n;
                *ret = first;
                return true;
            }
            first += room + 1;
        }
    }
    return false;
}

static void
write_record(Shelf *shelf, uint32_t first, ShelfKey key, const void *data, size_t len)
{
    Head *head = head_at(shelf, first);

    /* What stands in these blocks are no heads any more, or the walk would find them. */
    for (uint32_t i = 0; i < blocks_for(len); i++)
        __atomic_store_n(&head_at(shelf, first + i)->magic, 0, __ATOMIC_RELEASE);
    head->kind = key.kind;
    head->len = len;
    head->key = key.key;
    head->version = ++shelf->last_version;
    if (len > 0)
        memcpy(head + 1, data, len);
    head->check = checksum(shelf, head);
    __atomic_store_n(&head->magic, MAGIC, __ATOMIC_RELEASE);
}

bool
shelf_put(Shelf *shelf, ShelfKey key, const void *data, size_t len)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shelf->lock);
    Record *old = g_hash_table_lookup(shelf->by_key, &key);
    uint32_t first;

    if (len <= SHELF_RECORD_MAX && find_room(shelf, blocks_for(len), &first)) {
        write_record(shelf, first, key, data, len);
        if (old)
            release(shelf, old);
        enter(shelf, key, first, blocks_for(len));
        return true;
    }
    shelf->use.refused++;
    if (old) {
        release(shelf, old);
        (void)g_hash_table_remove(shelf->by_key, &key);
    }
    return false;
}

void
shelf_drop(Shelf *shelf, ShelfKey key)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shelf->lock);
    const Record *old = g_hash_table_lookup(shelf->by_key, &key);

    if (!old)
        return;
    release(shelf, old);
    (void)g_hash_table_remove(shelf->by_key, &key);
}

void
shelf_foreach(Shelf *shelf, ShelfKind kind, ShelfVisit visit, void *user)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shelf->lock);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, shelf->by_key);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Record *record = value;
        const Head *head = head_at(shelf, record->first);

        if (record->key.kind == kind)
            visit(record->key.key, head + 1, head->len, user);
    }
}

void
shelf_use(Shelf *shelf, ShelfUse *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shelf->lock);

    *ret = shelf->use;
}
