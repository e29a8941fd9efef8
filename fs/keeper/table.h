/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory that keeper and workers share: requests lie in it from the moment the kernel hands
 * them out until they are answered, so that whoever comes after a worker that died finds them.
 *
 * A thread of a worker read(2)s into the buffer of its place.  A place is open if the `unique` of
 * the header in its buffer is not 0: the kernel itself writes that, so there is no moment at which
 * only a dead process knew of the request.  What must wait for its turn goes to a waiting slot.
 *   - before read(2): table_clear(), else the request before would be found again;
 *   - before answering: table_begin();
 *   - after the answer was written: table_end().
 * Slots are for one thread each; only deaths are counted by the keeper, while no worker serves.
 *
 * Everything here may have been written by a worker that went wrong.  The keeper takes nothing from
 * it but bounded numbers; a worker checks what it finds (fs/keeper/recover.h). */

#pragma once

#include <linux/fuse.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_VERSION 1u /* of the layout; it lives as long as the mounts, so it hardly changes */

#define TABLE_CONNECTIONS_MAX 4u
#define TABLE_PLACES 8u         /* of each connection: threads that take requests */
#define TABLE_REQUEST_MAX 8192u /* what the kernel demands of a buffer, with max_write 4096 */
#define TABLE_WAITING 1024u     /* of each connection */
#define TABLE_WAITING_MAX                                                                          \
    504u                   /* bytes of a request that may wait; longer ones are served first       \
                            */
#define TABLE_NAME_MAX 32u /* with the NUL */
#define TABLE_INIT_MAX 512u
#define TABLE_COUNTERS 320u

/* One thread of a worker.  Only it writes here, and the keeper when it is dead. */
typedef struct {
    _Atomic uint64_t since;  /* keeper_now() when it began to answer; 0: it answers nothing */
    _Atomic uint64_t served; /* requests that it began to answer */
    _Atomic uint32_t which;  /* it answers: 0 what is in its buffer, else waiting slot which - 1 */
    _Atomic uint32_t deaths; /* of workers that were answering what is in the buffer */
    uint8_t unused[40];      /* a cache line: it is written to with each request */
} TablePlace;

typedef struct {
    _Atomic uint32_t deaths;
    uint32_t unused;
    uint8_t bytes[TABLE_WAITING_MAX]; /* begins with the header, as a place's buffer */
} TableWaiting;

/* What a worker has agreed with the kernel when it answered FUSE_INIT: it binds all later ones. */
typedef struct {
    uint32_t major, minor;
    uint64_t flags;
    uint32_t max_write;
    uint32_t complete; /* written last: 1 */
    char program[TABLE_NAME_MAX * 2];
} TableNegotiated;

typedef struct {
    char name[TABLE_NAME_MAX];
    uint32_t init_size, unused;
    uint8_t init[TABLE_INIT_MAX]; /* the FUSE_INIT request, as it came */
    TableNegotiated negotiated;
    _Atomic uint32_t n_waiting_used; /* waiting slots from this number on were never used */
    _Alignas(64) TablePlace places[TABLE_PLACES];
} TableConnection;

/* What the keeper tells of itself, and workers add to: nothing is decided by it. */
typedef struct {
    _Atomic uint64_t restarts;           /* workers that died while they served */
    _Atomic uint64_t upgrades;           /* changes of the program */
    _Atomic uint64_t killed;             /* of them, by the watchdog */
    _Atomic uint64_t longest_pause_nsec; /* with nobody serving */
    _Atomic uint64_t pause_began;        /* keeper_now(), or 0 */
    _Atomic uint64_t adoptions;          /* keepers that took over from another */
    _Atomic uint64_t recovered;          /* by workers: requests that another had left open */
    _Atomic uint64_t poisoned;           /* by workers: of them, refused */
    _Atomic uint64_t bridges;            /* workers that were to make nothing anew (GO_SAFE) */
} TableFigures;

typedef struct {
    uint32_t magic, version;
    uint64_t size;
    uint32_t n_connections, n_places, request_max, n_waiting, waiting_size, connection_size;
    _Atomic uint32_t watched; /* the keeper looks every now and then whether requests are served */
    TableFigures figures;
    /* Of workers alone, who count on where the one before ended; of what, the first says. */
    _Alignas(64) _Atomic uint64_t counters[TABLE_COUNTERS];
} TableHead;

typedef struct {
    TableHead *head;
    unsigned n_connections;
    size_t size;
} Table; /* a mapping; all pointers into it are valid until table_unmap() */

/* Makes the memory, sealed in its size, and returns its fd; -1 and errno otherwise. */
int table_create(unsigned n_connections);
/* Maps it, buffers faulted in.  @fd is borrowed.  -1 and errno: EPROTO if it is no table, or of a
 * layout that this program does not know. */
int table_map(int fd, Table *ret);
void table_unmap(Table *table);

/* @connection must be less than n_connections, @place than TABLE_PLACES, @slot than TABLE_WAITING.
 */
TableConnection *table_connection(const Table *table, unsigned connection);
uint8_t *table_buffer(const Table *table, unsigned connection, unsigned place);
TableWaiting *table_waiting(const Table *table, unsigned connection, unsigned slot);

/* Makes a buffer or a waiting slot empty. */
static inline void
table_clear(uint8_t *bytes)
{
    struct fuse_in_header *header = (struct fuse_in_header *)(void *)bytes;

    __atomic_store_n(&header->unique, 0, __ATOMIC_RELEASE);
}

static inline uint64_t
table_unique(const uint8_t *bytes)
{
    const struct fuse_in_header *header = (const struct fuse_in_header *)(const void *)bytes;

    return __atomic_load_n(&header->unique, __ATOMIC_ACQUIRE);
}

/* @place answers its own buffer, or waiting slot @which - 1.  True if the keeper does not watch and
 * must be told that there is something to watch (worker_link_poke()).  @now is keeper_now(). */
static inline bool
table_begin(TableHead *head, TablePlace *place, uint32_t which, uint64_t now)
{
    uint32_t asleep = 0;

    atomic_store_explicit(&place->which, which, memory_order_relaxed);
    atomic_store_explicit(&place->served,
                          atomic_load_explicit(&place->served, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    atomic_store(&place->since, now); /* in one order with `watched`: see fs/keeper/watch.c */
    return atomic_load(&head->watched) == 0 &&
           atomic_compare_exchange_strong(&head->watched, &asleep, 1);
}

/* What it answered is answered: @bytes are the buffer or the slot's. */
static inline void
table_end(TablePlace *place, uint8_t *bytes)
{
    table_clear(bytes);
    atomic_store_explicit(&place->since, 0, memory_order_release);
}

/* It was not answered, and is left to another worker, where that finds it. */
static inline void
table_let_go(TablePlace *place)
{
    atomic_store_explicit(&place->since, 0, memory_order_release);
}

/* What no worker that went wrong may change for those that come after it. */
typedef struct {
    struct {
        char name[TABLE_NAME_MAX];
        uint32_t init_size;
        uint8_t init[TABLE_INIT_MAX];
        TableNegotiated negotiated;
    } connections[TABLE_CONNECTIONS_MAX];
} TableSaved;

/* For the keeper: keeps a copy of that, and puts it back. */
void table_save(const Table *table, TableSaved *ret);
void table_restore(const Table *table, const TableSaved *saved);

/* For the keeper.  How many requests were begun; when the oldest of those that are being answered
 * was, 0 if there is none (none is later than @now). */
uint64_t table_served(const Table *table);
uint64_t table_oldest(const Table *table, uint64_t now);
/* If a worker has taken a request of @connection that is not answered, be it that nobody has begun
 * to. */
bool table_is_any_open(const Table *table, unsigned connection);
/* A worker is dead: what it was answering has cost one life more.  Returns how many it was. */
unsigned table_note_death(const Table *table);
