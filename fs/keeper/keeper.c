/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keeper's loop. */

#include "fs/keeper/keeper_private.h"

#include "common/fd.h"
#include "fs/keeper/store.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#define OOM_SCORE -999
#define NICE -10 /* who reads waits for it when a worker dies; it has nothing else to do */

void
keeper_finish(Keeper *keeper, KeeperEnd end)
{
    uint64_t now = keeper_now();

    if (keeper->end)
        return;
    keeper->end = end;
    keeper->is_resting = true;
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++) {
        Worker *worker = &keeper->workers[i];

        if (worker->state == WORKER_STARTING || worker->state == WORKER_READY)
            worker_end(worker, now);
        else if (worker->state == WORKER_GOING || worker->state == WORKER_SERVING)
            worker_drain(worker, now);
    }
}

void
keeper_drop_connection(Keeper *keeper, unsigned connection)
{
    HoldingsConnection *lost = &keeper->holdings->connections[connection];

    if (keeper->is_stored)
        store_remove(lost->name);
    fd_clear(&lost->fd);
    if (keeper->end)
        return;
    keeper_log(LOG_NOTICE, "the connection '%s' has ended", lost->name);
    if (keeper->config->lost && !keeper->config->lost(lost->name, keeper->config->data))
        keeper_finish(keeper, KEEPER_LOST);
}

static void
stop(Keeper *keeper, uint64_t now)
{
    if (keeper->end)
        return;
    if (keeper->predecessor >= 0)
        keeper_finish(keeper, KEEPER_FAILED); /* it goes on */
    else if (clients_find(keeper, CLIENT_ADOPTS) || clients_find(keeper, CLIENT_TAKES) ||
             clients_find(keeper, CLIENT_HAS))
        keeper_finish(keeper, KEEPER_HANDED_OVER); /* to who has all, and sees us go */
    else if (keeper->is_stored)
        keeper_finish(keeper, KEEPER_KEPT);
    else
        leaving_begin(keeper, now);
}

static void
reload(Keeper *keeper, uint64_t now)
{
    int code = upgrade_begin(keeper, -1, now);

    if (code != 0)
        keeper_log(LOG_WARNING, "cannot upgrade to %s: %s", keeper->config->binary, strerror(code));
}

static void
hear_signals(Keeper *keeper, uint64_t now)
{
    struct signalfd_siginfo info;

    while (read(keeper->signals, &info, sizeof info) == sizeof info)
        if (info.ssi_signo == SIGCHLD)
            deaths_reap(keeper, now);
        else if (info.ssi_signo == SIGHUP)
            reload(keeper, now);
        else
            stop(keeper, now);
}

/* -- the loop */

typedef enum { FROM_SIGNALS, FROM_LISTENER, FROM_PREDECESSOR, FROM_WORKERS } From;
#define FROM_CLIENTS (FROM_WORKERS + PROTOCOL_WORKERS_MAX)
#define N_FROM (FROM_CLIENTS + KEEPER_CLIENTS)

static void
fill(const Keeper *keeper, struct pollfd fds[N_FROM])
{
    bool listens = !keeper->is_resting && clients_have_room(keeper) && hand_over_may_go(keeper);

    fds[FROM_SIGNALS].fd = keeper->signals;
    fds[FROM_LISTENER].fd = listens ? keeper->holdings->listener : -1;
    fds[FROM_PREDECESSOR].fd = keeper->predecessor;
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++)
        fds[FROM_WORKERS + i].fd =
            keeper->workers[i].state == WORKER_NONE ? -1 : keeper->workers[i].sock;
    for (unsigned i = 0; i < KEEPER_CLIENTS; i++)
        fds[FROM_CLIENTS + i].fd = keeper->clients[i].fd;
    for (unsigned i = 0; i < N_FROM; i++)
        fds[i] = (struct pollfd){.fd = fds[i].fd, .events = POLLIN};
}

/* Deaths first: what a worker said before is of no more interest. */
static void
hear(Keeper *keeper, const struct pollfd fds[N_FROM], uint64_t now)
{
    if (fds[FROM_SIGNALS].revents)
        hear_signals(keeper, now);
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++)
        if (fds[FROM_WORKERS + i].revents && keeper->workers[i].sock == fds[FROM_WORKERS + i].fd)
            words_hear(keeper, &keeper->workers[i], now);
    if (fds[FROM_PREDECESSOR].revents && keeper->predecessor >= 0)
        hand_over_hear(keeper, now);
    for (unsigned i = 0; i < KEEPER_CLIENTS; i++)
        if (fds[FROM_CLIENTS + i].revents && keeper->clients[i].fd == fds[FROM_CLIENTS + i].fd)
            clients_hear(keeper, &keeper->clients[i], now);
    if (fds[FROM_LISTENER].revents)
        clients_accept(keeper, now);
}

static void
advance(Keeper *keeper, uint64_t now)
{
    watch_look(keeper, now);
    leaving_advance(keeper, now);
    upgrade_advance(keeper, now);
    clients_advance(keeper, now);
    workers_advance(keeper, now);
    hand_over_advance(keeper, now);
    workers_advance(keeper, now); /* the one before may have let go */
}

static uint64_t
deadline(const Keeper *keeper)
{
    uint64_t next = keeper_earlier(watch_deadline(keeper), upgrade_deadline(keeper));

    next = keeper_earlier(next, keeper_earlier(clients_deadline(keeper), workers_deadline(keeper)));
    return keeper_earlier(next,
                          keeper_earlier(hand_over_deadline(keeper), leaving_deadline(keeper)));
}

static void
wait_for_something(const Keeper *keeper, struct pollfd fds[N_FROM])
{
    uint64_t next = deadline(keeper), now = keeper_now(), left = next > now ? next - now : 0;
    struct timespec limit = {.tv_sec = (time_t)(left / KEEPER_SECOND),
                             .tv_nsec = (long)(left % KEEPER_SECOND)};

    fill(keeper, fds);
    if (ppoll(fds, N_FROM, next == KEEPER_NEVER ? NULL : &limit, NULL) <= 0)
        fill(keeper, fds); /* nothing was heard */
}

/* One whose thread the kernel holds is not waited for. */
static bool
is_over(const Keeper *keeper)
{
    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++)
        if (keeper->workers[i].state != WORKER_NONE &&
            !(keeper->workers[i].was_killed && keeper->workers[i].deadline == KEEPER_NEVER))
            return false;
    return keeper->end != 0;
}

static void
loop(Keeper *keeper)
{
    struct pollfd fds[N_FROM];

    advance(keeper, keeper_now());
    while (!is_over(keeper)) {
        wait_for_something(keeper, fds);
        hear(keeper, fds, keeper_now());
        advance(keeper, keeper_now());
    }
}

/* -- the beginning and the end */

static int
read_oom_score(void)
{
    autofd fd = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
    char text[16] = "";

    return fd >= 0 && read(fd, text, sizeof text - 1) > 0 ? atoi(text) : 0;
}

/* Each where it is allowed. */
static void
protect(void)
{
    autofd fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd >= 0)
        (void)dprintf(fd, "%d", OOM_SCORE);
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    if (mlockall(MCL_CURRENT) == 0)
        (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int
open_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
keeper_open(Keeper *keeper)
{
    const KeeperConfig *config = keeper->config;
    Holdings *holdings = keeper->holdings;
    int code;

    keeper->signals = open_signals();
    if (keeper->signals < 0)
        return keeper_fail(errno, "cannot take signals: %m");
    code = program_open(keeper, -1, &keeper->program);
    if (code != 0)
        return keeper_fail(code, "cannot use %s and its configuration: %m", config->binary);
    if (table_map(holdings->table, &keeper->table) != 0)
        return -1;
    table_save(&keeper->table, &keeper->saved);
    status_take_figures(keeper);
    if (config->socket && holdings->listener < 0 &&
        (holdings->listener = clients_listen(config->socket)) < 0)
        return -1;
    keeper->spawn.oom_score_adj = read_oom_score();
    keeper->spawn.nice = getpriority(PRIO_PROCESS, 0);
    protect();
    keeper->is_stored = config->has_fd_store && store_put(holdings);
    return 0;
}

static void
keeper_close(Keeper *keeper)
{
    const char *path = keeper->config->socket;

    clients_answer(keeper, CLIENT_STOPS, 0, NULL);
    if (path && (keeper->end == KEEPER_ENDED || keeper->end == KEEPER_LOST))
        (void)unlink(path); /* nobody listens there any more */
    for (unsigned i = 0; i < KEEPER_CLIENTS; i++)
        client_close(&keeper->clients[i]);
    fd_clear(&keeper->predecessor);
    program_close(&keeper->program);
    program_close(&keeper->before);
    fd_clear(&keeper->signals);
    table_unmap(&keeper->table);
}

KeeperEnd
keeper_run(const KeeperConfig *config, Holdings *holdings)
{
    Keeper keeper = {.config = config,
                     .holdings = holdings,
                     .signals = -1,
                     .began = keeper_now(),
                     .spawn = {.argv = config->argv, .config_variable = config->config_variable},
                     .program = KEEPER_NO_PROGRAM,
                     .before = KEEPER_NO_PROGRAM,
                     .predecessor = config->predecessor};

    for (unsigned i = 0; i < PROTOCOL_WORKERS_MAX; i++)
        keeper.workers[i].sock = -1;
    for (unsigned i = 0; i < KEEPER_CLIENTS; i++)
        keeper.clients[i].fd = -1;
    if (keeper_open(&keeper) != 0)
        keeper.end = KEEPER_FAILED;
    else
        loop(&keeper);
    keeper_close(&keeper);
    return keeper.end;
}
