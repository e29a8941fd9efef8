/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/survive/shelf.h"

#include "common/error.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The memory is a row of blocks, the first of which says what it is; a record is a run of the
 * others that begins with its head.  Heads are found by walking from one to the next; where there
 * is none a block is free. */
#define BLOCK 256u
#define LARGE 32u  /* blocks; a record of as many */
#define SPARE 256u /* blocks that are free even if hardly any are used */
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
    uint32_t hand;                   /* where to look for free blocks next */
    uint8_t *taken;                  /* for each block: 1 if it is a record's */
    GHashTable *by_key[SHELF_KINDS]; /* own the records */
    uint64_t last_version;
    ShelfUse use;
};

static GHashTable *
table_of(const Shelf *shelf, ShelfKey key)
{
    return shelf->by_key[key.kind];
}

static Record *
find_record(const Shelf *shelf, ShelfKey key)
{
    return g_hash_table_lookup(table_of(shelf, key), &key.key);
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

#define LANES 4u /* side by side, as each step of one must wait for the one before */

static uint64_t
checksum(const Shelf *shelf, const Head *head)
{
    const uint8_t *data = (const uint8_t *)(head + 1);
    uint64_t lanes[LANES] = {head->kind, head->key, head->version, head->len};
    uint64_t words[LANES], hash = shelf->secret;
    size_t left = head->len;

    for (; left >= sizeof words; left -= sizeof words, data += sizeof words) {
        memcpy(words, data, sizeof words);
        for (unsigned i = 0; i < LANES; i++)
            lanes[i] = mix(lanes[i], words[i]);
    }
    memset(words, 0, sizeof words);
    memcpy(words, data, left);
    for (unsigned i = 0; i < LANES; i++)
        lanes[i] = mix(lanes[i], words[i]);
    for (unsigned i = 0; i < LANES; i++)
        hash = mix(hash, lanes[i]);
    return mix(hash, shelf->secret);
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

/* @old is the version before, if there is one: it is no more. */
static void
enter(Shelf *shelf, Record *old, const Record *new)
{
    Record *record = old;

    if (old) {
        release(shelf, old);
        *old = *new;
    } else {
        record = g_memdup2(new, sizeof *new);
        (void)g_hash_table_insert(table_of(shelf, new->key), &record->key.key, record);
    }
    memset(shelf->taken + new->first, 1, new->n);
    shelf->use.records++;
    shelf->use.bytes += (size_t) new->n *BLOCK;
}

/* Of two versions of one record the older one goes: who wrote the newer died before he could do
 * that. */
static void
take_record(Shelf *shelf, uint32_t first)
{
    const Head *head = head_at(shelf, first);
    const Record found = {{(ShelfKind)head->kind, head->key}, first, blocks_for((size_t)head->len)};
    Record *other = find_record(shelf, found.key);

    shelf->last_version = MAX(shelf->last_version, head->version);
    if (other && head_at(shelf, other->first)->version > head->version)
        __atomic_store_n(&head_at(shelf, first)->magic, 0, __ATOMIC_RELEASE);
    else
        enter(shelf, other, &found);
}

/* Those that begin before @to; returns where the last ends. */
static uint32_t
take_records(Shelf *shelf, uint32_t from, uint32_t to)
{
    while (from < to) {
        if (is_valid(shelf, from)) {
            uint32_t n = blocks_for(head_at(shelf, from)->len);

            take_record(shelf, from);
            from += n;
        } else {
            from++;
        }
    }
    return from;
}

/* Where nothing was ever written there is no memory yet, and looking there would make it.  Without
 * an answer all is looked at. */
static void
find_records(Shelf *shelf, int fd)
{
    const off_t end = (off_t)shelf->n_blocks * BLOCK;
    uint32_t next = 1;
    off_t from, to = 0;

    while (to < end && ((from = lseek(fd, to, SEEK_DATA)) >= 0 || errno == EINVAL)) {
        from = MAX(from, to);
        to = lseek(fd, from, SEEK_HOLE);
        if (to <= from || to > end)
            to = end;
        next = take_records(shelf, MAX(next, (uint32_t)(from / BLOCK)), (uint32_t)(to / BLOCK));
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
    for (unsigned i = 0; i < SHELF_KINDS; i++)
        shelf->by_key[i] = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
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
    find_records(shelf, fd);
    return g_steal_pointer(&shelf);
}

void
shelf_close(Shelf *shelf)
{
    if (!shelf)
        return;
    if (shelf->memory)
        (void)munmap(shelf->memory, (size_t)shelf->n_blocks * BLOCK);
    for (unsigned i = 0; i < SHELF_KINDS; i++)
        g_hash_table_unref(shelf->by_key[i]);
    g_mutex_clear(&shelf->lock);
    g_free(shelf->taken);
    g_free(shelf);
}

/* False if no @n free blocks stand side by side from @from on before @to. */
static bool
find_between(const Shelf *shelf, uint32_t n, uint32_t from, uint32_t to, uint32_t *ret)
{
    while (from < to && n <= to - from) {
        const uint8_t *taken = memchr(shelf->taken + from, 1, n), *free_again;

        if (!taken) {
            *ret = from;
            return true;
        }
        free_again = memchr(taken, 0, (size_t)(shelf->taken + to - taken));
        if (!free_again)
            return false;
        from = (uint32_t)(free_again - shelf->taken);
    }
    return false;
}

/* The same from the end backwards. */
static bool
find_last(const Shelf *shelf, uint32_t n, uint32_t *ret)
{
    uint32_t end = shelf->n_blocks;

    while (n < end) {
        const uint8_t *taken = memrchr(shelf->taken + end - n, 1, n), *free_before;

        if (!taken) {
            *ret = end - n;
            return true;
        }
        free_before = memrchr(shelf->taken, 0, (size_t)(taken - shelf->taken));
        if (!free_before)
            return false;
        end = (uint32_t)(free_before - shelf->taken) + 1;
    }
    return false;
}

/* Large records come from the end, so that they need not look for room between the small.  Of
 * these the next goes behind the last, which is where there is room; but not on and on to where
 * nothing was ever written, as that would make memory of all there may be: only as far as half of
 * what is used is free. */
static bool
find_room(Shelf *shelf, uint32_t n, uint32_t *ret)
{
    uint32_t used = (uint32_t)(shelf->use.bytes / BLOCK);
    uint32_t enough = (uint32_t)MIN(2 * (uint64_t)used + SPARE, shelf->n_blocks);

    if (n >= LARGE)
        return find_last(shelf, n, ret);
    if (!find_between(shelf, n, shelf->hand, enough, ret) &&
        !find_between(shelf, n, 1, shelf->n_blocks, ret))
        return false;
    shelf->hand = *ret + n;
    return true;
}

static void
write_record(Shelf *shelf, const Record *record, const void *data, size_t len)
{
    Head *head = head_at(shelf, record->first);

    /* What stands in these blocks are no heads any more, or the walk would find them. */
    for (uint32_t i = 0; i < record->n; i++)
        __atomic_store_n(&head_at(shelf, record->first + i)->magic, 0, __ATOMIC_RELEASE);
    head->kind = record->key.kind;
    head->len = len;
    head->key = record->key.key;
    head->version = ++shelf->last_version;
    if (len > 0)
        memcpy(head + 1, data, len);
    head->check = checksum(shelf, head);
    __atomic_store_n(&head->magic, MAGIC, __ATOMIC_RELEASE);
}

static void
drop(Shelf *shelf, Record *record)
{
    release(shelf, record);
    (void)g_hash_table_remove(table_of(shelf, record->key), &record->key.key);
}

bool
shelf_put(Shelf *shelf, ShelfKey key, const void *data, size_t len)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = NULL;
    Record new = {.key = key, .n = blocks_for(len)};
    Record *old;

    if (!shelf)
        return false;
    locker = g_mutex_locker_new(&shelf->lock);
    old = find_record(shelf, key);
    if (len <= SHELF_RECORD_MAX && find_room(shelf, new.n, &new.first)) {
        write_record(shelf, &new, data, len);
        enter(shelf, old, &new);
        return true;
    }
    shelf->use.refused++;
    if (old)
        drop(shelf, old);
    return false;
}

void
shelf_drop(Shelf *shelf, ShelfKey key)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = NULL;
    Record *old;

    if (!shelf)
        return;
    locker = g_mutex_locker_new(&shelf->lock);
    old = find_record(shelf, key);
    if (old)
        drop(shelf, old);
}

void
shelf_foreach(Shelf *shelf, ShelfKind kind, ShelfVisit visit, void *user)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = NULL;
    GHashTableIter iter;
    gpointer value;

    if (!shelf)
        return;
    locker = g_mutex_locker_new(&shelf->lock);
    g_hash_table_iter_init(&iter, shelf->by_key[kind]);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Record *record = value;
        const Head *head = head_at(shelf, record->first);

        if (!visit(record->key.key, head + 1, head->len, user)) {
            release(shelf, record);
            g_hash_table_iter_remove(&iter);
        }
    }
}

void
shelf_use(Shelf *shelf, ShelfUse *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shelf->lock);

    *ret = shelf->use;
}
