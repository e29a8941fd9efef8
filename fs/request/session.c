/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/session.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* Two, so that one slow cgroup read does not keep everybody waiting; more would only cost: the
 * price of a read is waking an idle CPU, not what is done then. */
#define WORKERS 2
#define WAKE_NSEC 10000000L /* between two attempts to get a worker out of read(2) */

typedef struct {
    struct fuse_session *se; /* borrowed */
    struct fuse_buf buf;     /* libfuse allocates it at the first request */
    pthread_t main;          /* who waits in session_run() */
    pthread_t thread;
} Worker;

struct Session {
    Ops *ops;
    struct fuse_session *se;
    struct fuse_buf buf; /* of session_serve_one() */
};

G_GNUC_PRINTF(2, 0)
static void
log_libfuse(enum fuse_log_level level, const char *format, va_list args)
{
    g_autofree char *message = g_strchomp(g_strdup_vprintf(format, args));

    log_limited(level <= FUSE_LOG_WARNING ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_DEBUG, "libfuse",
                "%s", message);
}

Session *
session_new(int fuse_fd, const OpsConfig *config, GError **error)
{
    g_autoptr(Session) session = g_new0(Session, 1);
    char program[] = "ownprocd", *argv[] = {program, NULL};
    struct fuse_args args = FUSE_ARGS_INIT(1, argv);
    g_autofree char *path = g_strdup_printf("/dev/fd/%d", fuse_fd);
    autofd fd = fuse_fd;

    fuse_set_log_func(log_libfuse);
    session->ops = ops_new(config);
    session->se = fuse_session_new(&args, &ops_table, sizeof ops_table, session->ops);
    fuse_opt_free_args(&args); /* libfuse has made a copy of its own */
    if (!session->se || fuse_session_mount(session->se, path) != 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO, "libfuse does not take the connection");
        return NULL;
    }
    (void)fd_steal(&fd); /* fuse_session_destroy() closes it */
    return g_steal_pointer(&session);
}

void
session_free(Session *session)
{
    if (!session)
        return;
    if (session->se)
        fuse_session_destroy(session->se);
    ops_free(session->ops);
    free(session->buf.mem); /* libfuse's malloc */
    g_free(session);
}

static bool
serve_one(struct fuse_session *se, struct fuse_buf *buf)
{
    int n = fuse_session_receive_buf(se, buf);

    if (n > 0)
        fuse_session_process_buf(se, buf);
    else if (n != -EINTR && n != -EAGAIN)
        return false;
    return !fuse_session_exited(se);
}

bool
session_serve_one(Session *session)
{
    return serve_one(session->se, &session->buf);
}

static void *
worker_run(void *data)
{
    Worker *worker = data;

    while (serve_one(worker->se, &worker->buf))
        ;
    free(worker->buf.mem); /* libfuse's malloc */
    /* Unless it was session_run() that ended us, it has to hear of it. */
    (void)pthread_kill(worker->main, SIGTERM);
    return NULL;
}

static void
worker_wake(int sig)
{
    (void)sig; /* that read(2) returns EINTR is all that is wanted */
}

void
session_block_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, wake = {.sa_handler = worker_wake};
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL); /* the terminal it was started from has gone */
    (void)sigaction(SIGUSR1, &wake, NULL);
}

static bool
worker_start(Worker *worker, struct fuse_session *se)
{
    *worker = (Worker){.se = se, .main = pthread_self()};
    return pthread_create(&worker->thread, NULL, worker_run, worker) == 0;
}

/* A signal that comes before the worker is in read(2) is lost: so again, until it has ended. */
static void
worker_stop(Worker *worker)
{
    struct timespec until;

    do {
        (void)pthread_kill(worker->thread, SIGUSR1);
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WAKE_NSEC;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
    } while (pthread_timedjoin_np(worker->thread, NULL, &until) != 0);
}

/* Waits for the first of the blocked signals; true if it came from outside. */
static bool
wait_for_end(void)
{
    siginfo_t info = {0};
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    while (sigwaitinfo(&set, &info) < 0)
        ;
    return info.si_code != SI_TKILL || info.si_pid != getpid();
}

bool
session_run(Session *session, void (*stopping)(void *data), void *data)
{
    Worker workers[WORKERS];
    unsigned n = 0;
    bool asked;

    while (n < WORKERS && worker_start(&workers[n], session->se))
        n++;
    asked = n > 0 && wait_for_end();
    stopping(data);
    fuse_session_exit(session->se);
    while (n > 0)
        worker_stop(&workers[--n]);
    return asked;
}
