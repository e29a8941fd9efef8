/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/session.h"

#include "common/error.h"
#include "fs/request/session_private.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

/* Of each session: two, so that one slow cgroup read does not keep everybody waiting; more would
 * only cost: the price of a read is waking an idle CPU, not what is done then. */
#define WORKERS 2
#define SIGENDED SIGUSR2    /* tells session_run() that a worker has ended */
#define WAKE_NSEC 10000000L /* between two attempts to get a worker out of read(2) */
#define THREAD_NAME_MAX 16  /* with the NUL (pthread_setname_np(3)) */

typedef struct {
    Session *session; /* borrowed */
    pthread_t main;   /* who waits in session_run() */
    pthread_t thread;
} Worker;

static void *
worker_run(void *data)
{
    const Worker *worker = data;
    IntakePlace *place = intake_enter(worker->session->intake);

    while (session_serve(worker->session, place))
        ;
    intake_end(place);
    /* Unless it was session_run() that ended us, it has to hear of it. */
    atomic_store(&worker->session->ended, true);
    (void)pthread_kill(worker->main, SIGENDED);
    return NULL;
}

static void
worker_wake(int sig)
{
    (void)sig; /* that read(2) returns EINTR is all that is wanted */
}

/* Those that session_run() waits for. */
static sigset_t
awaited_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGENDED);
    return set;
}

void
session_block_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, wake = {.sa_handler = worker_wake};
    const sigset_t set = awaited_signals();

    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL); /* the terminal it was started from has gone */
    (void)sigaction(INTAKE_SIGWAKE, &wake, NULL);
}

static bool
worker_start(Worker *worker, Session *session, unsigned number, GError **error)
{
    char name[THREAD_NAME_MAX];
    int code;

    *worker = (Worker){.session = session, .main = pthread_self()};
    code = pthread_create(&worker->thread, NULL, worker_run, worker);
    if (code != 0) {
        read_error_set_errno(error, code, "cannot start a thread");
        return false;
    }
    (void)snprintf(name, sizeof name, "%.12s-%u", session->config.name, number);
    (void)pthread_setname_np(worker->thread, name); /* for people alone */
    return true;
}

/* A signal that comes before the worker is in read(2) is lost: so again, until it has ended. */
static void
worker_stop(Worker *worker)
{
    struct timespec until;

    do {
        (void)pthread_kill(worker->thread, INTAKE_SIGWAKE);
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WAKE_NSEC;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
    } while (pthread_timedjoin_np(worker->thread, NULL, &until) != 0);
}

/* True if a worker has ended, false if it is for all to end. */
static bool
wait_for_signal(void)
{
    const sigset_t set = awaited_signals();
    int sig;

    while ((sig = sigwaitinfo(&set, NULL)) < 0)
        ;
    return sig == SIGENDED;
}

/* Two that end at once may be one signal: so all are looked at.  False if the first one is lost. */
static bool
tell_of_the_lost(Session *const *sessions, unsigned n, const SessionEvents *events)
{
    for (unsigned i = 0; i < n; i++)
        if (!sessions[i]->told && atomic_load(&sessions[i]->ended)) {
            sessions[i]->told = true;
            events->lost(i, events->data);
        }
    return !sessions[0]->told;
}

bool
session_run(Session *const *sessions, unsigned n, const SessionEvents *events, GError **error)
{
    g_autofree Worker *workers = g_new0(Worker, n * WORKERS);
    unsigned n_started = 0;
    bool ok = true;

    while (n_started < n * WORKERS && ok) {
        ok = worker_start(&workers[n_started], sessions[n_started / WORKERS], n_started % WORKERS,
                          error);
        n_started += ok;
    }
    while (ok && wait_for_signal() && tell_of_the_lost(sessions, n, events))
        ;
    events->stopping(events->data);
    for (unsigned i = 0; i < n; i++)
        fuse_session_exit(sessions[i]->se);
    while (n_started > 0)
        worker_stop(&workers[--n_started]);
    return ok;
}
