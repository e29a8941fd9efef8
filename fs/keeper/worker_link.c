/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/worker_link.h"

#include "common/fd.h"
#include "fs/keeper/dying.h"
#include "fs/keeper/log.h"
#include "fs/keeper/protocol.h"
#include "fs/keeper/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRANT_MSEC 10000
/* For the lock of a worker that is about to be dead: the keeper has seen to that. */
#define LOCK_MSEC 500

bool
worker_link_exists(void)
{
    return getenv(SPAWN_VARIABLE) != NULL;
}

static int
say_hello(int sock, const char *program)
{
    ProtocolHello hello = {.min = PROTOCOL_MIN, .max = PROTOCOL_MAX};

    (void)snprintf(hello.program, sizeof hello.program, "%s", program);
    return protocol_send(sock, PROTOCOL_HELLO, &hello);
}

int
worker_link_open(WorkerLink *link, const char *program)
{
    const char *number = getenv(SPAWN_VARIABLE);
    ProtocolReceived received;

    *link = (WorkerLink){.sock = number ? atoi(number) : -1, .holdings = HOLDINGS_INIT};
    if (link->sock < 0 || fcntl(link->sock, F_SETFD, FD_CLOEXEC) != 0 ||
        say_hello(link->sock, program) != 0 ||
        protocol_await(link->sock, GRANT_MSEC, &received) <= 0)
        return keeper_fail(EPROTO, "the keeper does not answer");
    if (received.message.header.type != PROTOCOL_GRANT) {
        protocol_close_fds(&received);
        return keeper_fail(EPROTO, "the keeper does not want this worker: %s",
                           received.message.header.type == PROTOCOL_REFUSED
                               ? received.message.refused.text
                               : "it says something else");
    }
    link->version = received.message.grant.version;
    protocol_unpack(&received, &link->holdings);
    if (table_map(link->holdings.table, &link->table) != 0)
        return -1;
    if (link->table.n_connections < link->holdings.n_connections)
        return keeper_fail(EPROTO, "the table has not all connections");
    return 0;
}

/* Whoever has the lock is dead but for threads that the kernel holds: he touches the table never
 * again. */
static bool
is_lock_of_dying(const WorkerLink *link, struct flock lock)
{
    return fcntl(link->holdings.table, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK &&
           lock.l_pid > 0 && dying_is(lock.l_pid);
}

static int
lock(const WorkerLink *link, short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    const struct timespec pause = {.tv_nsec = 1000000};

    for (unsigned i = 0; i < LOCK_MSEC; i++) {
        if (fcntl(link->holdings.table, F_SETLK, &whole) == 0)
            return 0;
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            break;
        if (is_lock_of_dying(link, whole))
            return 0;
        (void)nanosleep(&pause, NULL);
    }
    keeper_log(LOG_WARNING, "the worker before does not end: %m");
    return -1;
}

WorkerLinkWord
worker_link_wait(WorkerLink *link, int msec)
{
    ProtocolReceived received;
    int n = protocol_await(link->sock, msec, &received);

    if (n > 0) {
        protocol_close_fds(&received);
        return received.message.header.type == PROTOCOL_DRAIN ? WORKER_LINK_DRAIN
                                                              : WORKER_LINK_QUIET;
    }
    return n < 0 && (errno == ETIMEDOUT || errno == EINTR || errno == EAGAIN || errno == ENOSYS)
               ? WORKER_LINK_QUIET
               : WORKER_LINK_GONE;
}

int
worker_link_ready(WorkerLink *link)
{
    ProtocolReceived received;
    int n;

    if (protocol_send(link->sock, PROTOCOL_READY, NULL) != 0)
        return -1;
    do
        n = protocol_await(link->sock, -1, &received);
    while (n < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOSYS));
    if (n <= 0)
        return -1;
    protocol_close_fds(&received);
    link->is_safe = received.message.header.type == PROTOCOL_GO_SAFE;
    if (received.message.header.type != PROTOCOL_GO && !link->is_safe) {
        errno = ECANCELED;
        return -1;
    }
    return lock(link, F_WRLCK); /* else there would be two */
}

int
worker_link_serving(WorkerLink *link)
{
    return protocol_send(link->sock, PROTOCOL_SERVING, NULL);
}

int
worker_link_drained(WorkerLink *link)
{
    (void)lock(link, F_UNLCK);
    return protocol_send(link->sock, PROTOCOL_DRAINED, NULL);
}

void
worker_link_poke(const WorkerLink *link)
{
    (void)protocol_send(link->sock, PROTOCOL_POKE, NULL); /* the keeper may be gone */
}

void
worker_link_lost(const WorkerLink *link, unsigned connection)
{
    const ProtocolLost lost = {.connection = connection};

    (void)protocol_send(link->sock, PROTOCOL_LOST, &lost); /* the keeper may be gone */
}

void
worker_link_close(WorkerLink *link)
{
    table_unmap(&link->table);
    holdings_clear(&link->holdings);
    fd_clear(&link->sock);
}
