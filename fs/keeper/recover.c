/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/recover.h"

#include "fs/keeper/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FOR_INTERRUPT UINT64_C(1) /* in `unique` (linux:fs/fuse/dev.c, FUSE_INT_REQ_BIT) */
#define NOTIFY_RESEND 7           /* FUSE_NOTIFY_RESEND, which older headers do not have */

static ssize_t
answer(int fuse_fd, uint64_t unique, int error)
{
    const struct fuse_out_header header = {.len = sizeof header, .error = -error, .unique = unique};
    ssize_t n;

    do
        n = write(fuse_fd, &header, sizeof header);
    while (n < 0 && errno == EINTR);
    return n;
}

/* As if it answered that the request was to be interrupted: that has no effect, but fails if there
 * is no such request. */
bool
recover_is_awaited(int fuse_fd, uint64_t unique)
{
    return answer(fuse_fd, unique | FOR_INTERRUPT, 0) >= 0 || errno != ENOENT;
}

bool
recover_refuse(int fuse_fd, uint64_t unique, int error)
{
    return answer(fuse_fd, unique, error) >= 0;
}

int
recover_resend(int fuse_fd)
{
    /* A notification: an answer to nothing, whose kind is where errors are. */
    const struct fuse_out_header header = {.len = sizeof header, .error = NOTIFY_RESEND};

    return write(fuse_fd, &header, sizeof header) == sizeof header ? 0 : -1;
}

/* Who died may have written anywhere. */
static bool
is_whole(const struct fuse_in_header *header, size_t max)
{
    return header->len >= sizeof *header && header->len <= max;
}

/* Nobody waits for these; to be told of them once more does no harm. */
static bool
is_without_answer(const struct fuse_in_header *header)
{
    return header->opcode == FUSE_FORGET || header->opcode == FUSE_BATCH_FORGET;
}

/* True if it was open and is not an interruption: what that was about has been, or is, answered. */
static bool
is_open(int fuse_fd, const struct fuse_in_header *header)
{
    return header->unique != 0 && !(header->unique & FOR_INTERRUPT) &&
           (is_without_answer(header) || recover_is_awaited(fuse_fd, header->unique));
}

typedef struct {
    const Table *table;
    TablePlace *place; /* with which it is answered */
    int fuse_fd;
    const RecoverTo *to;
} Recovery;

/* True if it is answered. */
static bool
give(const Recovery *recovery, uint8_t *bytes, const struct fuse_in_header *header, uint32_t deaths)
{
    TableFigures *figures = &recovery->table->head->figures;
    const RecoverTo *to = recovery->to;

    if (deaths < RECOVER_DEATHS_MAX) {
        if (!to->serve(bytes, header->len, to->data))
            return false;
        atomic_fetch_add(&figures->recovered, 1);
        return true;
    }
    atomic_fetch_add(&figures->poisoned, 1);
    if (to->poisoned)
        to->poisoned(bytes, header->len, to->data);
    else
        (void)recover_refuse(recovery->fuse_fd, header->unique, EIO);
    return true;
}

/* A place's buffer, or a waiting slot. */
typedef struct {
    uint8_t *bytes;
    size_t max;
    _Atomic uint32_t *deaths;
    uint32_t which; /* as in table_begin() */
} Slot;

/* True if it was answered. */
static bool
recover_slot(const Recovery *recovery, const Slot *slot)
{
    struct fuse_in_header header;

    memcpy(&header, slot->bytes, sizeof header);
    if (!is_open(recovery->fuse_fd, &header)) {
        table_clear(slot->bytes);
        atomic_store(slot->deaths, 0);
        return false;
    }
    if (table_begin(recovery->table->head, recovery->place, slot->which, keeper_now()))
        recovery->to->poke(recovery->to->data);
    if (!is_whole(&header, slot->max)) {
        (void)recover_refuse(recovery->fuse_fd, header.unique, EIO);
    } else if (!give(recovery, slot->bytes, &header, atomic_load(slot->deaths))) {
        table_let_go(recovery->place);
        return false;
    }
    table_end(recovery->place, slot->bytes);
    atomic_store(slot->deaths, 0);
    return true;
}

unsigned
recover_open(const Table *table, unsigned connection, int fuse_fd, const RecoverTo *to)
{
    TableConnection *state = table_connection(table, connection);
    uint32_t used = atomic_load(&state->n_waiting_used);
    Recovery recovery = {.table = table, .fuse_fd = fuse_fd, .to = to};
    unsigned n = 0;

    for (unsigned i = 0; i < TABLE_PLACES; i++) {
        recovery.place = &state->places[i];
        n += recover_slot(&recovery, &(Slot){table_buffer(table, connection, i), TABLE_REQUEST_MAX,
                                             &state->places[i].deaths, 0});
    }
    recovery.place = &state->places[0];
    for (unsigned i = 0; i < used && i < TABLE_WAITING; i++) {
        TableWaiting *waiting = table_waiting(table, connection, i);

        n += recover_slot(&recovery,
                          &(Slot){waiting->bytes, TABLE_WAITING_MAX, &waiting->deaths, i + 1});
    }
    return n;
}
