/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who serves, and who is to be next. */

#include "fs/keeper/keeper_private.h"

#include "common/fd.h"
#include "fs/keeper/dying.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

/* Patience with a worker, until it is killed. */
#define START_NSEC (30 * KEEPER_SECOND) /* on a busy machine, too */
#define GO_NSEC (10 * KEEPER_SECOND)    /* a single request is the watchdog's matter */
#define DRAIN_NSEC (2 * KEEPER_SECOND)
#define END_NSEC (2 * KEEPER_SECOND)
/* Who was killed and is not dead by then is looked at: only if all that is left of it waits in the
 * kernel for something else it will not come back to the table.  On a busy machine it may not have
 * had the time to end, and what it takes from the kernel meanwhile the next one would not find. */
#define DEATH_NSEC KEEPER_SECOND
#define DEATH_LOOK_NSEC (100 * KEEPER_MSEC)
#define DEATH_LOOKS_MAX 100 /* then it is as good as dead, whatever /proc says */

static bool
is_active(const Worker *worker)
{
    return worker->state >= WORKER_GOING && worker->state <= WORKER_DRAINING;
}

Worker *
workers_active(Keeper *keeper)
{
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++)
        if (is_active(&keeper->workers[i]))
            return &keeper->workers[i];
    return NULL;
}

static bool
is_ready(const Worker *worker)
{
    return worker->state == WORKER_READY && !worker->was_killed;
}

/* Rather one of the program that is wanted; while that is new there may be one of the old. */
Worker *
workers_ready(Keeper *keeper)
{
    Worker *ready = NULL;

    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++)
        if (is_ready(&keeper->workers[i]) &&
            (!ready || keeper->workers[i].program == keeper->program.number))
            ready = &keeper->workers[i];
    return ready;
}

void
worker_kill(Worker *worker, uint64_t now, const char *why)
{
    if (worker->was_killed)
        return;
    if (why)
        keeper_log(LOG_WARNING, "killing worker %d, which %s", (int)worker->pid, why);
    (void)kill(worker->pid, SIGKILL); /* not reaped yet, so it is that process */
    worker->was_killed = true;
    worker->deadline = now + DEATH_NSEC;
}

void
worker_end(Worker *worker, uint64_t now)
{
    fd_clear(&worker->sock); /* which tells it */
    worker->state = WORKER_ENDING;
    if (!worker->was_killed)
        worker->deadline = now + END_NSEC;
}

static void
say(Worker *worker, ProtocolType type, uint64_t now)
{
    if (protocol_send(worker->sock, type, NULL) != 0)
        worker_kill(worker, now, "does not listen");
}

void
worker_drain(Worker *worker, uint64_t now)
{
    if (worker->state == WORKER_DRAINING)
        return;
    worker->state = WORKER_DRAINING;
    if (worker->was_killed)
        return;
    worker->deadline = now + DRAIN_NSEC;
    say(worker, PROTOCOL_DRAIN, now);
}

static pid_t
lock_holder(const Keeper *keeper)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(keeper->holdings->table, F_GETLK, &whole) != 0 || whole.l_type == F_UNLCK)
        return 0;
    return whole.l_pid > 0 ? whole.l_pid : 0; /* of a stranger's pid namespace it is none */
}

/* Whoever still has the lock of the table is a worker that another keeper has left, and stopped or
 * stuck, or one that is hostile: without its end nobody could serve. */
static void
end_lock_holder(const Keeper *keeper)
{
    pid_t pid = lock_holder(keeper);
    autofd process = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

    if (process < 0 || lock_holder(keeper) != pid) /* Linux < 5.3, or it has ended */
        return;
    keeper_log(LOG_WARNING, "killing process %d, which holds the table", (int)pid);
    (void)syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
}

/* @is_safe: with what those before have made, for they died of making it. */
static void
go(Keeper *keeper, Worker *worker, bool is_safe, uint64_t now)
{
    end_lock_holder(keeper);
    (void)table_note_death(&keeper->table); /* of a worker of another keeper, which is dead, too */
    worker->state = WORKER_GOING;
    worker->is_safe = is_safe;
    worker->served = table_served(&keeper->table);
    worker->deadline = now + GO_NSEC;
    watch_begin(keeper, now); /* what is open may hang this one, too */
    say(worker, is_safe ? PROTOCOL_GO_SAFE : PROTOCOL_GO, now);
}

static void
start(Keeper *keeper, uint64_t now)
{
    Worker *worker = keeper->workers;

    while (worker < keeper->workers + PROTOCOL_WORKERS_MAX && worker->state != WORKER_NONE)
        worker++;
    if (worker == keeper->workers + PROTOCOL_WORKERS_MAX)
        return; /* when one of those that are ending has ended */
    if (keeper->has_served)
        table_restore(&keeper->table, &keeper->saved); /* it is to find what it can map */
    *worker = (Worker){
        .sock = -1, .program = keeper->program.number, .began = now, .deadline = now + START_NSEC};
    worker->pid =
        spawn_worker(&keeper->spawn, keeper->program.fd, keeper->program.config, &worker->sock);
    if (worker->pid < 0)
        keeper->not_before = now + KEEPER_SECOND; /* the machine has no room for it */
    else
        worker->state = WORKER_STARTING;
}

static bool
has_candidate(const Keeper *keeper)
{
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++) {
        const Worker *worker = &keeper->workers[i];

        if ((worker->state == WORKER_STARTING || worker->state == WORKER_READY) &&
            worker->program == keeper->program.number)
            return true;
    }
    return false;
}

static bool
may_come_back(Worker *worker)
{
    return worker->state != WORKER_ENDING && !dying_is_held(worker->pid) &&
           worker->death_looks++ < DEATH_LOOKS_MAX;
}

/* Those whose time is over. */
static void
end_patience(Keeper *keeper, uint64_t now)
{
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++) {
        Worker *worker = &keeper->workers[i];

        if (worker->state == WORKER_NONE || now < worker->deadline)
            continue;
        if (!worker->was_killed) {
            worker_kill(worker, now, worker->state == WORKER_ENDING ? NULL : "takes too long");
        } else if (may_come_back(worker)) {
            worker->deadline = now + DEATH_LOOK_NSEC;
        } else {
            worker->deadline = KEEPER_NEVER;
            if (worker->state != WORKER_ENDING)
                deaths_note(keeper, worker, now);
        }
    }
}

/* True if @ready is to take the place of @active. */
static bool
is_better(const Keeper *keeper, const Worker *active, const Worker *ready)
{
    return active->state == WORKER_SERVING && !active->was_killed &&
           (active->is_safe || (active->program != keeper->program.number &&
                                ready->program == keeper->program.number));
}

/* Workers die young, one after the other: until it is time for the next, one may answer with what
 * is there. */
static void
bridge(Keeper *keeper, uint64_t now)
{
    Worker *ready = workers_ready(keeper);

    if (!workers_active(keeper) && ready && ready->version >= PROTOCOL_SAFE && keeper->has_served &&
        hand_over_may_go(keeper)) {
        keeper->figures.bridges++;
        status_publish(keeper);
        go(keeper, ready, true, now);
    }
}

void
workers_advance(Keeper *keeper, uint64_t now)
{
    Worker *active, *ready;

    end_patience(keeper, now);
    if (keeper->is_resting)
        return;
    if (now < keeper->not_before) {
        bridge(keeper, now);
        return;
    }
    keeper->not_before = 0;
    active = workers_active(keeper);
    ready = workers_ready(keeper);
    if (!active && ready && hand_over_may_go(keeper))
        go(keeper, ready, false, now);
    else if (active && ready && is_better(keeper, active, ready))
        worker_drain(active, now);
    /* Whoever started us hears what the first one says, and so does no other (fs/worker.c). */
    if (!has_candidate(keeper) &&
        (keeper->has_served || !keeper->config->is_new || !workers_active(keeper)))
        start(keeper, now);
}

uint64_t
workers_deadline(const Keeper *keeper)
{
    uint64_t deadline =
        keeper->is_resting || keeper->not_before == 0 ? KEEPER_NEVER : keeper->not_before;

    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++)
        if (keeper->workers[i].state != WORKER_NONE)
            deadline = keeper_earlier(deadline, keeper->workers[i].deadline);
    return deadline;
}
