/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What it means that a worker has died. */

#include "fs/keeper/keeper_private.h"

#include "common/fd.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* Who lived shorter, and answered less, has crashed as if it could not serve at all. */
#define YOUNG_NSEC KEEPER_SECOND
#define YOUNG_REQUESTS 10
#define LOOP_CRASHES 3 /* so many, in so much time, are a loop */
#define LOOP_NSEC (10 * KEEPER_SECOND)
#define LOOP_FIRST_NSEC (50 * KEEPER_MSEC)
#define LOOP_LAST_NSEC (5 * KEEPER_SECOND)
#define LAST_WORDS 8 /* messages; a worker has no more to say */

static bool
is_young(const Keeper *keeper, const Worker *worker, uint64_t now)
{
    if (worker->state == WORKER_READY) /* it did nothing but wait, so somebody has killed it */
        return now - worker->began < YOUNG_NSEC;
    if (worker->serving == 0)
        return true;
    return now - worker->serving < YOUNG_NSEC &&
           table_served(&keeper->table) - worker->served < YOUNG_REQUESTS;
}

static void
back_off(Keeper *keeper, uint64_t now)
{
    uint64_t wait = LOOP_FIRST_NSEC;

    if (now - keeper->last_crash > LOOP_NSEC)
        keeper->crashes = 0;
    keeper->last_crash = now;
    keeper->crashes++;
    if (keeper->crashes < LOOP_CRASHES)
        return;
    for (unsigned i = LOOP_CRASHES; i < keeper->crashes && wait < LOOP_LAST_NSEC; i++)
        wait *= 2;
    wait = keeper_earlier(wait, LOOP_LAST_NSEC);
    keeper->not_before = now + wait;
    keeper_log(LOG_WARNING, "%u workers in a row died young: the next one in %u ms",
               keeper->crashes, (unsigned)(wait / KEEPER_MSEC));
}

static void
note_serving_death(Keeper *keeper, const Worker *worker, uint64_t now)
{
    unsigned n = table_note_death(&keeper->table);

    table_restore(&keeper->table, &keeper->saved);
    keeper->pause = worker->stopped ? worker->stopped : now;
    keeper->figures.restarts++;
    keeper->figures.killed += worker->was_killed;
    status_publish(keeper);
    keeper_log(LOG_WARNING, "worker %d is dead; it was answering %u requests", (int)worker->pid, n);
}

void
deaths_note(Keeper *keeper, Worker *worker, uint64_t now)
{
    bool has_served = worker->serving != 0;

    if (worker->state >= WORKER_GOING && worker->state <= WORKER_DRAINING && !worker->has_drained)
        note_serving_death(keeper, worker, now);
    if (worker->state != WORKER_DRAINING && is_young(keeper, worker, now) && !keeper->end)
        back_off(keeper, now);
    if (!has_served && worker->program == keeper->program.number)
        upgrade_note_death(keeper, now);
    hand_over_note_death(keeper);
    fd_clear(&worker->sock);
    worker->state = WORKER_ENDING;
    if (keeper->config->is_new && !keeper->has_served)
        keeper_finish(keeper, KEEPER_FAILED); /* whatever it is, who has started us shall hear it */
}

static void
tell(const siginfo_t *info)
{
    if (info->si_code == CLD_EXITED)
        keeper_log(LOG_WARNING, "worker %d has ended with exit code %d", (int)info->si_pid,
                   info->si_status);
    else
        keeper_log(LOG_WARNING, "worker %d was ended by signal %d (%s)", (int)info->si_pid,
                   info->si_status, strsignal(info->si_status));
}

/* One that was to drain may have said that it did, and ended before that was heard. */
static void
hear_last_words(Keeper *keeper, Worker *worker, uint64_t now)
{
    bool was_killed = worker->was_killed;

    worker->was_killed = true; /* nobody is to do it now: its pid may be another's */
    for (unsigned i = 0; i < LAST_WORDS && worker->sock >= 0 && !worker->has_drained; i++)
        words_hear(keeper, worker, now);
    worker->was_killed = was_killed;
}

static void
note_end(Keeper *keeper, Worker *worker, const siginfo_t *info, uint64_t now)
{
    if (worker->state == WORKER_DRAINING)
        hear_last_words(keeper, worker, now);
    if (worker->state != WORKER_ENDING) {
        if (!worker->has_drained)
            tell(info);
        deaths_note(keeper, worker, now);
    }
    fd_clear(&worker->sock);
    *worker = (Worker){.sock = -1};
}

/* Nobody misses one that does not serve; the one that does is watched. */
static void
note_stop(Keeper *keeper, Worker *worker, uint64_t now)
{
    worker->stopped = now;
    if (worker == workers_active(keeper))
        watch_begin(keeper, now);
    else
        worker_kill(worker, now, "was stopped");
}

static Worker *
find(Keeper *keeper, pid_t pid)
{
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++)
        if (keeper->workers[i].state != WORKER_NONE && keeper->workers[i].pid == pid)
            return &keeper->workers[i];
    return NULL;
}

void
deaths_reap(Keeper *keeper, uint64_t now)
{
    siginfo_t info = {0};

    while (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG) == 0 &&
           info.si_pid != 0) {
        Worker *worker = find(keeper, info.si_pid); /* orphans are adopted, too */
        bool is_over =
            info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;

        if (is_over && leaving_reap(keeper, info.si_pid,
                                    info.si_code == CLD_EXITED && info.si_status == 0, now))
            worker = NULL;
        else if (worker && info.si_code == CLD_STOPPED)
            note_stop(keeper, worker, now);
        else if (worker && info.si_code == CLD_CONTINUED)
            worker->stopped = 0;
        else if (worker && info.si_code != CLD_TRAPPED)
            note_end(keeper, worker, &info, now);
        info.si_pid = 0;
    }
}
