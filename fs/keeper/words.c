/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What workers say. */

#include "fs/keeper/keeper_private.h"

#include "common/fd.h"

#include <poll.h>
#include <string.h>

static void
hear_hello(Keeper *keeper, Worker *worker, const ProtocolReceived *received, uint64_t now)
{
    const ProtocolHello *hello = &received->message.hello;
    int fds[PROTOCOL_FDS_MAX];
    ProtocolGrant grant;
    unsigned n;

    memcpy(worker->name, hello->program, sizeof worker->name);
    worker->version = protocol_agree(hello);
    if (worker->version == 0) {
        keeper_log(LOG_ERR, "%s speaks versions %u to %u, the keeper %u to %u", worker->name,
                   hello->min, hello->max, PROTOCOL_MIN, PROTOCOL_MAX);
        (void)protocol_refuse(worker->sock, EPROTONOSUPPORT, "no version is common");
        worker_kill(worker, now, NULL);
        return;
    }
    n = protocol_pack(keeper->holdings, false, &grant, fds);
    grant.version = worker->version;
    if (protocol_send_fds(worker->sock, PROTOCOL_GRANT, &grant, fds, n) != 0)
        worker_kill(worker, now, "does not take what it needs");
}

static void
hear_ready(Keeper *keeper, Worker *worker, const ProtocolReceived *received, uint64_t now)
{
    (void)keeper;
    (void)received;
    (void)now;
    worker->state = WORKER_READY;
    worker->deadline = KEEPER_NEVER;
}

static void
note_pause(Keeper *keeper, uint64_t now)
{
    uint64_t pause = keeper->pause ? now - keeper->pause : 0;

    if (pause > keeper->figures.longest_pause)
        keeper->figures.longest_pause = pause;
    keeper->pause = 0;
    status_publish(keeper);
}

static void
hear_serving(Keeper *keeper, Worker *worker, const ProtocolReceived *received, uint64_t now)
{
    (void)received;
    worker->state = WORKER_SERVING;
    worker->deadline = KEEPER_NEVER;
    worker->serving = now;
    note_pause(keeper, now);
    if (worker->is_safe)
        return;
    if (!keeper->has_served) {
        table_save(&keeper->table, &keeper->saved); /* it is the one that has answered FUSE_INIT */
        if (keeper->config->serving)
            keeper->config->serving(keeper->config->data);
    }
    keeper->has_served = true;
    hand_over_note_serving(keeper);
    if (worker->program == keeper->program.number)
        upgrade_note_serving(keeper, now);
}

static void
hear_drained(Keeper *keeper, Worker *worker, const ProtocolReceived *received, uint64_t now)
{
    (void)received;
    keeper->pause = now;
    worker->has_drained = true;
    worker_kill(worker, now, NULL); /* it has nothing left to do, and the next one waits for that */
}

static void
hear_poke(Keeper *keeper, Worker *worker, const ProtocolReceived *received, uint64_t now)
{
    (void)worker;
    (void)received;
    watch_begin(keeper, now);
}

/* It is not believed: a connection that has ended says so itself. */
static void
hear_lost(Keeper *keeper, Worker *worker, const ProtocolReceived *received, uint64_t now)
{
    uint32_t connection = received->message.lost.connection;
    struct pollfd fd = {.fd = -1, .events = POLLIN};

    if (connection < keeper->holdings->n_connections)
        fd.fd = keeper->holdings->connections[connection].fd;
    if (fd.fd >= 0 && poll(&fd, 1, 0) == 1 && (fd.revents & (POLLERR | POLLHUP)))
        keeper_drop_connection(keeper, connection);
    else if (fd.fd >= 0)
        worker_kill(worker, now, "says that a living connection is lost");
}

#define IN(state) (1u << (state))
#define IN_ACTIVE (IN(WORKER_GOING) | IN(WORKER_SERVING) | IN(WORKER_DRAINING))

static const struct {
    ProtocolType type;
    unsigned states; /* in which it may be said */
    bool before_hello;
    void (*hear)(Keeper *keeper, Worker *worker, const ProtocolReceived *received, uint64_t now);
} words[] = {
    {PROTOCOL_HELLO, IN(WORKER_STARTING), true, hear_hello},
    {PROTOCOL_READY, IN(WORKER_STARTING), false, hear_ready},
    {PROTOCOL_SERVING, IN(WORKER_GOING), false, hear_serving},
    {PROTOCOL_DRAINED, IN(WORKER_DRAINING), false, hear_drained},
    {PROTOCOL_POKE, IN_ACTIVE, false, hear_poke},
    {PROTOCOL_LOST, IN_ACTIVE, false, hear_lost},
};

static void
hear(Keeper *keeper, Worker *worker, const ProtocolReceived *received, uint64_t now)
{
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].type == received->message.header.type) {
            /* What it said before it heard that it is to drain. */
            if (worker->state == WORKER_DRAINING && words[i].type == PROTOCOL_SERVING)
                return;
            if (!(words[i].states & IN(worker->state)) ||
                words[i].before_hello != (worker->version == 0))
                break;
            words[i].hear(keeper, worker, received, now);
            return;
        }
    worker_kill(worker, now, "says what it should not");
}

void
words_hear(Keeper *keeper, Worker *worker, uint64_t now)
{
    ProtocolReceived received;
    int n = protocol_receive_words(worker->sock, &received);

    if (n > 0) {
        hear(keeper, worker, &received, now);
    } else if (n < 0 && errno == ENOSYS) {
        (void)protocol_refuse(worker->sock, ENOSYS, "the keeper does not know this message");
    } else if (n == 0) {
        fd_clear(&worker->sock); /* it is dying, or should be */
        worker->deadline = keeper_earlier(worker->deadline, now + KEEPER_SECOND);
    } else if (errno != EAGAIN && errno != EINTR) {
        worker_kill(worker, now, "speaks nonsense");
    }
}
