/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/slots.h"

#include "common/fd.h"
#include "fs/keeper/log.h"
#include "fs/keeper/recover.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct Slots {
    SlotsConfig config;
    Table own; /* if config.table is NULL */
    Table table;
    TableConnection *state;
    GMutex lock;                  /* guards the two below */
    uint16_t free[SLOTS_WAITING]; /* the last freed is the next taken: few are ever touched */
    unsigned n_free;
};

static bool
make_own(Slots *slots)
{
    autofd fd = table_create(1);

    return fd >= 0 && table_map(fd, &slots->own) == 0;
}

Slots *
slots_new(const SlotsConfig *config)
{
    g_autoptr(Slots) slots = g_new0(Slots, 1);

    slots->config = *config;
    g_mutex_init(&slots->lock);
    if (!config->table && !make_own(slots))
        return NULL;
    slots->table = config->table ? *config->table : slots->own;
    slots->state = table_connection(&slots->table, config->connection);
    while (slots->n_free < SLOTS_WAITING) {
        slots->free[slots->n_free] = (uint16_t)(SLOTS_WAITING - 1 - slots->n_free);
        slots->n_free++;
    }
    return g_steal_pointer(&slots);
}

void
slots_free(Slots *slots)
{
    if (!slots)
        return;
    if (slots->own.head)
        table_unmap(&slots->own);
    g_mutex_clear(&slots->lock);
    g_free(slots);
}

uint8_t *
slots_buffer(const Slots *slots, unsigned place)
{
    return table_buffer(&slots->table, slots->config.connection, place);
}

ssize_t
slots_read(Slots *slots, unsigned place, int fuse_fd)
{
    uint8_t *buffer = slots_buffer(slots, place);

    table_clear(buffer); /* else the one before would be found again */
    return read(fuse_fd, buffer, TABLE_REQUEST_MAX);
}

void
slots_drop(Slots *slots, unsigned place)
{
    table_clear(slots_buffer(slots, place));
}

static unsigned
take_free(Slots *slots)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&slots->lock);

    return slots->n_free > 0 ? slots->free[--slots->n_free] + 1u : 0;
}

/* Its number is written last, and is taken out of the buffer after that: whoever dies in between
 * leaves it in both, which whoever comes next finds out from the kernel. */
static void
copy(TableWaiting *to, const uint8_t *from, size_t len)
{
    const size_t at = offsetof(struct fuse_in_header, unique);
    struct fuse_in_header *header = (struct fuse_in_header *)(void *)to->bytes;

    memcpy(to->bytes, from, at);
    memcpy(to->bytes + at + sizeof header->unique, from + at + sizeof header->unique,
           len - at - sizeof header->unique);
    __atomic_store_n(&header->unique, table_unique(from), __ATOMIC_RELEASE);
}

unsigned
slots_put(Slots *slots, unsigned place, size_t len)
{
    uint8_t *buffer = slots_buffer(slots, place);
    bool fits = len >= sizeof(struct fuse_in_header) && len <= TABLE_WAITING_MAX;
    unsigned which = fits ? take_free(slots) : 0;

    if (which == 0)
        return 0;
    if (which > atomic_load(&slots->state->n_waiting_used))
        atomic_store(&slots->state->n_waiting_used, which);
    copy(table_waiting(&slots->table, slots->config.connection, which - 1), buffer, len);
    table_clear(buffer);
    return which;
}

uint8_t *
slots_waiting(const Slots *slots, unsigned which, size_t *ret_len)
{
    uint8_t *bytes = table_waiting(&slots->table, slots->config.connection, which - 1)->bytes;
    struct fuse_in_header header;

    memcpy(&header, bytes, sizeof header);
    *ret_len = header.len;
    return bytes;
}

void
slots_begin(Slots *slots, unsigned place, unsigned which)
{
    if (table_begin(slots->table.head, &slots->state->places[place], which, keeper_now()) &&
        slots->config.poke)
        slots->config.poke(slots->config.data);
}

void
slots_end(Slots *slots, unsigned place, unsigned which)
{
    size_t len;
    uint8_t *bytes = which == 0 ? slots_buffer(slots, place) : slots_waiting(slots, which, &len);

    table_end(&slots->state->places[place], bytes);
    if (which == 0)
        return;
    g_mutex_lock(&slots->lock);
    slots->free[slots->n_free++] = (uint16_t)(which - 1);
    g_mutex_unlock(&slots->lock);
}

bool
slots_leave(Slots *slots, unsigned place, unsigned which)
{
    struct fuse_in_header header;
    bool has_room = true;

    memcpy(&header, slots_buffer(slots, place), sizeof header);
    if (which == 0 && slots_put(slots, place, header.len) == 0)
        has_room = false;
    table_let_go(&slots->state->places[place]);
    return has_room;
}

static void
find_free(Slots *slots)
{
    uint32_t used = atomic_load(&slots->state->n_waiting_used);

    slots->n_free = 0;
    for (unsigned i = SLOTS_WAITING; i-- > 0;)
        if (i >= used ||
            table_unique(table_waiting(&slots->table, slots->config.connection, i)->bytes) == 0)
            slots->free[slots->n_free++] = (uint16_t)i;
}

/* Out of the way of who is to read there; what it has cost goes with it. */
static void
move_away(Slots *slots, unsigned place, int fuse_fd)
{
    TablePlace *from = &slots->state->places[place];
    uint8_t *buffer = slots_buffer(slots, place);
    uint64_t unique = table_unique(buffer);
    struct fuse_in_header header;
    unsigned which;

    memcpy(&header, buffer, sizeof header);
    which = slots_put(slots, place, header.len);
    if (which == 0) {
        (void)recover_refuse(fuse_fd, unique, EIO);
        table_clear(buffer);
    } else {
        atomic_store(&table_waiting(&slots->table, slots->config.connection, which - 1)->deaths,
                     atomic_load(&from->deaths));
    }
    atomic_store(&from->deaths, 0);
}

void
slots_take_up(Slots *slots, int fuse_fd)
{
    find_free(slots);
    for (unsigned i = 0; i < SLOTS_PLACES; i++)
        if (table_unique(slots_buffer(slots, i)) != 0)
            move_away(slots, i, fuse_fd);
}

TableNegotiated *
slots_negotiated(const Slots *slots)
{
    return &slots->state->negotiated;
}
