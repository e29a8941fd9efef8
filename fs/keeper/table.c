/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/table.h"

#include "common/fd.h"
#include "fs/keeper/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define MAGIC UINT32_C(0x6f776e4b)
#define PAGE 4096u /* the head, each connection's data and all buffers begin with a page */
#define HEAD_SIZE PAGE
#define CONNECTION_SIZE PAGE
#define BUFFERS_SIZE (TABLE_PLACES * TABLE_REQUEST_MAX)
#define WAITING_SIZE (TABLE_WAITING * (unsigned)sizeof(TableWaiting))

_Static_assert(sizeof(TablePlace) == 64, "a cache line");
_Static_assert(sizeof(TableWaiting) == 512, "no slot is in two pages");
_Static_assert(sizeof(TableHead) <= HEAD_SIZE, "the head is one page");
_Static_assert(sizeof(TableConnection) <= CONNECTION_SIZE, "a connection's data is one page");

/* Head, data of all connections, buffers of all places, all waiting slots. */
static size_t
size_of(unsigned n_connections)
{
    return HEAD_SIZE + (size_t)n_connections * (CONNECTION_SIZE + BUFFERS_SIZE + WAITING_SIZE);
}

/* What is not written to again once the worker has it. */
static TableHead
head_of(unsigned n_connections)
{
    return (TableHead){.magic = MAGIC,
                       .version = TABLE_VERSION,
                       .size = size_of(n_connections),
                       .n_connections = n_connections,
                       .n_places = TABLE_PLACES,
                       .request_max = TABLE_REQUEST_MAX,
                       .n_waiting = TABLE_WAITING,
                       .waiting_size = sizeof(TableWaiting),
                       .connection_size = sizeof(TableConnection)};
}

int
table_create(unsigned n_connections)
{
    const TableHead head = head_of(n_connections);
    autofd fd = memfd_create("ownproc-table", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (n_connections == 0 || n_connections > TABLE_CONNECTIONS_MAX)
        return keeper_fail(EINVAL, "a table is of 1 to %u connections", TABLE_CONNECTIONS_MAX);
    if (fd < 0 || ftruncate(fd, (off_t)head.size) != 0 ||
        pwrite(fd, &head, sizeof head, 0) != sizeof head ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return keeper_fail(errno, "cannot make the table of requests: %m");
    return fd_steal(&fd);
}

static bool
is_known(const TableHead *head, uint64_t size)
{
    const TableHead wanted = head_of(head->n_connections);

    return head->n_connections >= 1 && head->n_connections <= TABLE_CONNECTIONS_MAX &&
           memcmp(head, &wanted, offsetof(TableHead, watched)) == 0 && wanted.size == size;
}

/* The kernel pins the pages of a buffer without waiting when it is told to die (SIGKILL), so they
 * must be there: a buffer that is not costs its reader an EIO. */
static void
fault_in(const Table *table)
{
    for (unsigned c = 0; c < table->n_connections; c++) {
        volatile uint8_t *bytes = table_buffer(table, c, 0);

        for (size_t i = 0; i < BUFFERS_SIZE; i += PAGE)
            (void)__atomic_fetch_add(&bytes[i], 0, __ATOMIC_RELAXED);
        (void)mlock(table_buffer(table, c, 0), BUFFERS_SIZE); /* where it is allowed */
    }
}

int
table_map(int fd, Table *ret)
{
    TableHead head;
    struct stat st;
    void *memory;
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals < 0 || (seals & (F_SEAL_SHRINK | F_SEAL_GROW)) != (F_SEAL_SHRINK | F_SEAL_GROW) ||
        fstat(fd, &st) != 0 || pread(fd, &head, sizeof head, 0) != sizeof head)
        return keeper_fail(EPROTO, "what should be the table of requests is none");
    if (!is_known(&head, (uint64_t)st.st_size))
        return keeper_fail(EPROTO, "the table of requests has layout %u (magic %08x), not %u",
                           head.version, head.magic, TABLE_VERSION);
    memory = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return keeper_fail(errno, "cannot map the table of requests: %m");
    *ret = (Table){.head = memory, .n_connections = head.n_connections, .size = (size_t)st.st_size};
    fault_in(ret);
    return 0;
}

void
table_unmap(Table *table)
{
    if (table->head)
        (void)munmap(table->head, table->size);
    *table = (Table){0};
}

static uint8_t *
at(const Table *table, size_t offset)
{
    return (uint8_t *)table->head + offset;
}

TableConnection *
table_connection(const Table *table, unsigned connection)
{
    return (TableConnection *)(void *)at(table, HEAD_SIZE + (size_t)connection * CONNECTION_SIZE);
}

uint8_t *
table_buffer(const Table *table, unsigned connection, unsigned place)
{
    return at(table, HEAD_SIZE + (size_t)table->n_connections * CONNECTION_SIZE +
                         (size_t)connection * BUFFERS_SIZE + (size_t)place * TABLE_REQUEST_MAX);
}

TableWaiting *
table_waiting(const Table *table, unsigned connection, unsigned slot)
{
    return (TableWaiting *)(void *)at(
        table, HEAD_SIZE + (size_t)table->n_connections * (CONNECTION_SIZE + BUFFERS_SIZE) +
                   (size_t)connection * WAITING_SIZE + (size_t)slot * sizeof(TableWaiting));
}

void
table_save(const Table *table, TableSaved *ret)
{
    for (unsigned i = 0; i < table->n_connections; i++) {
        const TableConnection *from = table_connection(table, i);

        memcpy(ret->connections[i].name, from->name, sizeof from->name);
        memcpy(ret->connections[i].init, from->init, sizeof from->init);
        ret->connections[i].init_size = from->init_size;
        ret->connections[i].negotiated = from->negotiated;
    }
}

void
table_restore(const Table *table, const TableSaved *saved)
{
    const TableHead head = head_of(table->n_connections);

    memcpy(table->head, &head, offsetof(TableHead, watched));
    for (unsigned i = 0; i < table->n_connections; i++) {
        TableConnection *to = table_connection(table, i);

        memcpy(to->name, saved->connections[i].name, sizeof to->name);
        memcpy(to->init, saved->connections[i].init, sizeof to->init);
        to->init_size = saved->connections[i].init_size;
        to->negotiated = saved->connections[i].negotiated;
    }
}

static TablePlace *
place_at(const Table *table, unsigned i)
{
    return &table_connection(table, i / TABLE_PLACES)->places[i % TABLE_PLACES];
}

uint64_t
table_served(const Table *table)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < table->n_connections * TABLE_PLACES; i++)
        sum += atomic_load(&place_at(table, i)->served);
    return sum;
}

uint64_t
table_oldest(const Table *table, uint64_t now)
{
    uint64_t oldest = 0;

    for (unsigned i = 0; i < table->n_connections * TABLE_PLACES; i++) {
        uint64_t since = atomic_load(&place_at(table, i)->since);

        if (since == 0)
            continue;
        since = since > now ? now : since;
        oldest = oldest == 0 || since < oldest ? since : oldest;
    }
    return oldest;
}

bool
table_is_any_open(const Table *table, unsigned connection)
{
    uint32_t used = atomic_load(&table_connection(table, connection)->n_waiting_used);

    for (unsigned i = 0; i < TABLE_PLACES; i++)
        if (table_unique(table_buffer(table, connection, i)) != 0)
            return true;
    for (unsigned i = 0; i < used && i < TABLE_WAITING; i++)
        if (table_unique(table_waiting(table, connection, i)->bytes) != 0)
            return true;
    return false;
}

unsigned
table_note_death(const Table *table)
{
    unsigned n = 0;

    for (unsigned i = 0; i < table->n_connections * TABLE_PLACES; i++) {
        TablePlace *place = place_at(table, i);
        uint32_t which = atomic_load(&place->which);

        if (atomic_exchange(&place->since, 0) == 0)
            continue;
        n++;
        if (which == 0)
            atomic_fetch_add(&place->deaths, 1);
        else if (which <= TABLE_WAITING)
            atomic_fetch_add(&table_waiting(table, i / TABLE_PLACES, which - 1)->deaths, 1);
    }
    return n;
}
