/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From one keeper to the next, without a moment in which nobody holds the mounts:
 *
 *     new: ADOPT     old: STATE, with all fds.  It serves on; the new one warms a worker.
 *     new: TAKE      old: drains, then DONE.  The new one's worker goes.
 *     new: ADOPTED   when that serves.  The old one ends.
 *
 * If the new one's end of the socket closes before ADOPTED, or it takes too long, the old one
 * serves again; if the old one's does, the new one goes on.  A new one whose workers die, or do not
 * come to serve, ends. */

#include "fs/keeper/keeper_private.h"

#include "common/fd.h"

#define TAKE_NSEC (10 * KEEPER_SECOND)  /* drained or killed it is within three */
#define SERVE_NSEC (10 * KEEPER_SECOND) /* then, for the new one's worker to serve */
#define DEATHS_MAX 2                    /* of the new one's workers, before one has served */
/* The old one's patience: with a new one that warms a worker, and with one that has taken. */
#define WARM_NSEC (60 * KEEPER_SECOND)
#define HAS_NSEC (15 * KEEPER_SECOND)

/* -- the old one */

void
hand_over_give(Keeper *keeper, Client *client, uint64_t now)
{
    int fds[PROTOCOL_FDS_MAX];
    ProtocolGrant state;
    unsigned n = protocol_pack(keeper->holdings, true, &state, fds);

    client->state = CLIENT_ADOPTS;
    client->deadline = now + WARM_NSEC;
    if (protocol_send_fds(client->fd, PROTOCOL_STATE, &state, fds, n) != 0)
        client_close(client);
}

void
hand_over_take(Keeper *keeper, Client *client, uint64_t now)
{
    Worker *active = workers_active(keeper);

    keeper_log(LOG_NOTICE, "another keeper takes over");
    client->state = CLIENT_TAKES;
    client->deadline = KEEPER_NEVER; /* who serves here is drained, or killed */
    keeper->is_resting = true;
    if (active)
        worker_drain(active, now);
}

/* Who took over is gone.  The worker that it told to go, if it did, ends with it; until then it
 * holds the table's lock, for which ours waits. */
void
hand_over_lost(Keeper *keeper)
{
    if (keeper->end)
        return;
    keeper_log(LOG_WARNING, "who was taking over is gone; going on");
    keeper->is_resting = false;
}

/* -- the new one */

static void
take(Keeper *keeper, uint64_t now)
{
    if (protocol_send(keeper->predecessor, PROTOCOL_TAKE, NULL) != 0) {
        fd_clear(&keeper->predecessor); /* dead, so all is ours */
        return;
    }
    keeper->is_taking = true;
    keeper->pause = now; /* nobody serves from then on, or a little later */
    keeper->taken_deadline = now + TAKE_NSEC;
}

bool
hand_over_may_go(const Keeper *keeper)
{
    return keeper->predecessor < 0 || keeper->has_taken;
}

void
hand_over_advance(Keeper *keeper, uint64_t now)
{
    Client *taker = clients_find(keeper, CLIENT_TAKES);

    if (taker && !workers_active(keeper)) {
        taker->state = CLIENT_HAS;
        taker->deadline = now + HAS_NSEC;
        if (protocol_send(taker->fd, PROTOCOL_DONE, NULL) != 0) {
            client_close(taker);
            hand_over_lost(keeper);
        }
    }
    if (keeper->predecessor < 0 || keeper->end)
        return;
    if (!keeper->is_taking && workers_ready(keeper)) {
        take(keeper, now);
    } else if (keeper->is_taking && now >= keeper->taken_deadline) {
        keeper_log(LOG_ERR, keeper->has_taken
                                ? "no worker comes to serve: the keeper before goes on"
                                : "the keeper before does not let go");
        keeper_finish(keeper, KEEPER_FAILED);
    }
}

uint64_t
hand_over_deadline(const Keeper *keeper)
{
    return keeper->is_taking && keeper->predecessor >= 0 && !keeper->end ? keeper->taken_deadline
                                                                         : KEEPER_NEVER;
}

void
hand_over_note_death(Keeper *keeper)
{
    if (keeper->predecessor < 0 || keeper->end || ++keeper->taker_deaths < DEATHS_MAX)
        return;
    keeper_log(LOG_ERR, "two workers died before one served: the keeper before goes on");
    keeper_finish(keeper, KEEPER_FAILED);
}

void
hand_over_hear(Keeper *keeper, uint64_t now)
{
    ProtocolReceived received;
    int n = protocol_receive(keeper->predecessor, &received);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        protocol_close_fds(&received);
    if (n > 0 && received.message.header.type == PROTOCOL_DONE && keeper->is_taking) {
        keeper->has_taken = true;
        keeper->taken_deadline = now + SERVE_NSEC;
        return;
    }
    fd_clear(&keeper->predecessor); /* dead, so all is ours */
    if (n > 0) {
        keeper_log(LOG_ERR, "the keeper before does not let us take over");
        keeper_finish(keeper, KEEPER_FAILED);
    }
}

void
hand_over_note_serving(Keeper *keeper)
{
    if (keeper->predecessor < 0)
        return;
    (void)protocol_send(keeper->predecessor, PROTOCOL_ADOPTED, NULL); /* it may be dead */
    fd_clear(&keeper->predecessor);
    keeper->figures.adoptions++;
    status_publish(keeper);
}
