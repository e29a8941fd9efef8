/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether who serves does so.
 *
 * Asleep: a worker that begins to answer stores `since` and then reads `watched`; the keeper that
 * falls asleep stores `watched` and then reads `since` and `served`.  All in one order (seq_cst),
 * so at least one of the two sees the other. */

#include "fs/keeper/dying.h"
#include "fs/keeper/keeper_private.h"

#include <poll.h>
#include <signal.h>

#define LOOK_NSEC (50 * KEEPER_MSEC)
#define STUCK_NSEC (2 * KEEPER_SECOND)
#define QUIET_NSEC (2 * KEEPER_SECOND)
/* Who looks so late was given no time, and neither was anybody else; or the machine slept. */
#define LATE_NSEC (250 * KEEPER_MSEC)

void
watch_begin(Keeper *keeper, uint64_t now)
{
    atomic_store(&keeper->table.head->watched, 1);
    keeper->watch.changed = now;
    keeper->watch.pending_since = 0;
    if (keeper->watch.is_on)
        return;
    keeper->watch.is_on = true;
    keeper->watch.served = table_served(&keeper->table);
    keeper->watch.next = now + LOOK_NSEC;
}

uint64_t
watch_deadline(const Keeper *keeper)
{
    return keeper->watch.is_on ? keeper->watch.next : KEEPER_NEVER;
}

/* Asked with a time limit of 0: it never waits there. */
static bool
is_any_pending(const Keeper *keeper)
{
    struct pollfd fds[TABLE_CONNECTIONS_MAX];
    unsigned n = keeper->holdings->n_connections;

    for (unsigned i = 0; i < n; i++)
        fds[i] = (struct pollfd){.fd = keeper->holdings->connections[i].fd, .events = POLLIN};
    if (poll(fds, n, 0) <= 0)
        return false;
    for (unsigned i = 0; i < n; i++)
        if (fds[i].revents & POLLIN)
            return true;
    return false;
}

/* Nobody waits for what was taken of a connection that has ended since. */
static bool
is_any_open(const Keeper *keeper)
{
    for (unsigned i = 0; i < keeper->holdings->n_connections; i++)
        if (keeper->holdings->connections[i].fd >= 0 && table_is_any_open(&keeper->table, i))
            return true;
    return false;
}

/* Of what is not being answered: the kernel still has it, or it was taken from there.  The latter
 * does not count of a worker that has yet to take up what lies open, which has its own deadline,
 * and of one that is to make nothing anew, which leaves what it would have to make to the next. */
static bool
does_anybody_wait(const Keeper *keeper, const Worker *active)
{
    bool counts = active->state == WORKER_SERVING && !active->is_safe;

    return is_any_pending(keeper) || (counts && is_any_open(keeper));
}

static const char *
reason_to_kill(const Keeper *keeper, const Worker *active, uint64_t oldest, uint64_t now)
{
    uint64_t pending_since = keeper->watch.pending_since;

    if (oldest && now - oldest >= STUCK_NSEC)
        return "has been answering one request for two seconds";
    if (active->stopped && now - active->stopped >= STUCK_NSEC && (oldest || pending_since))
        return "was stopped while somebody waits";
    if (pending_since && now - pending_since >= STUCK_NSEC)
        return "has not begun to answer for two seconds";
    return NULL;
}

static void
fall_asleep(Keeper *keeper, uint64_t now)
{
    atomic_store(&keeper->table.head->watched, 0);
    if (table_served(&keeper->table) != keeper->watch.served ||
        table_oldest(&keeper->table, now) != 0)
        atomic_store(&keeper->table.head->watched, 1);
    else
        keeper->watch.is_on = false;
}

/* The time of the next look: no later than when what is being answered has taken too long; if that
 * is over already, whoever is late has another chance. */
static uint64_t
next_look(const Worker *active, uint64_t oldest, uint64_t now)
{
    uint64_t next = now + LOOK_NSEC;

    if (oldest)
        next = keeper_earlier(next, oldest + STUCK_NSEC);
    if (active->stopped)
        next = keeper_earlier(next, active->stopped + STUCK_NSEC);
    return next > now ? next : now + LOOK_NSEC;
}

static void
note_dead(Keeper *keeper, Worker *active, uint64_t now)
{
    keeper_log(LOG_WARNING, "worker %d is dead but for what the kernel holds", (int)active->pid);
    (void)kill(active->pid, SIGKILL); /* if only its first thread has ended, it is hostile */
    deaths_note(keeper, active, now);
    active->was_killed = true; /* by whoever it was: it is not waited for */
    active->deadline = KEEPER_NEVER;
}

void
watch_look(Keeper *keeper, uint64_t now)
{
    Worker *active = workers_active(keeper);
    uint64_t served, oldest;
    const char *reason;
    bool is_quiet, is_late = now > keeper->watch.next + LATE_NSEC;

    if (!keeper->watch.is_on || now < keeper->watch.next)
        return;
    served = table_served(&keeper->table);
    oldest = table_oldest(&keeper->table, now);
    if (served != keeper->watch.served || !active || active->was_killed)
        keeper->watch.changed = now;
    keeper->watch.served = served;
    keeper->watch.next = now + LOOK_NSEC;
    if (!active || active->was_killed)
        return;
    if (keeper->watch.changed == now || !does_anybody_wait(keeper, active))
        keeper->watch.pending_since = 0;
    else if (keeper->watch.pending_since == 0)
        keeper->watch.pending_since = now;
    keeper->watch.next = next_look(active, oldest, now);
    is_quiet = !oldest && !keeper->watch.pending_since && !active->stopped &&
               now - keeper->watch.changed >= QUIET_NSEC;
    if (keeper->watch.changed != now && (oldest || keeper->watch.pending_since || is_quiet) &&
        dying_is(active->pid)) {
        note_dead(keeper, active, now);
        return;
    }
    reason = is_late ? NULL : reason_to_kill(keeper, active, oldest, now);
    if (reason)
        worker_kill(active, now, reason);
    else if (is_quiet)
        fall_asleep(keeper, now);
}
