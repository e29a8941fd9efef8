/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/worker.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/log.h"
#include "fs/confine.h"
#include "fs/keeper/recover.h"
#include "fs/keeper/worker_link.h"
#include "fs/metrics.h"
#include "fs/report.h"
#include "fs/service.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    WorkerLink link;
    Shelf *shelf;
    Service service;
    unsigned numbers[SERVICE_CONNECTIONS]; /* of the keeper's connections, by session */
    pthread_t main;
} Worker;

static bool
fail(GError **error, const char *what)
{
    read_error_set_errno(error, errno, "%s", what);
    return false;
}

static void
poke(gpointer data)
{
    const Worker *worker = data;

    worker_link_poke(&worker->link);
}

/* The number of the connection of that name; -1 if the keeper has none. */
static int
find_connection(const Holdings *holdings, const char *name)
{
    for (unsigned i = 0; i < holdings->n_connections; i++)
        if (holdings->connections[i].fd >= 0 && strcmp(holdings->connections[i].name, name) == 0)
            return (int)i;
    return -1;
}

static int
find_extra(const Holdings *holdings, const char *name)
{
    for (unsigned i = 0; i < holdings->n_extras; i++)
        if (strcmp(holdings->extras[i].name, name) == 0)
            return holdings->extras[i].fd;
    return -1;
}

/* @number's fd is a dup from then on: the keeper's are closed with the link, a session's with it.
 */
static int
dup_connection(Worker *worker, int number, SlotsConfig *ret)
{
    *ret = (SlotsConfig){&worker->link.table, (unsigned)number, poke, worker};
    worker->numbers[worker->service.n_sessions] = (unsigned)number;
    return fcntl(worker->link.holdings.connections[number].fd, F_DUPFD_CLOEXEC, 0);
}

static bool
connect_all(Worker *worker, GError **error)
{
    const Holdings *holdings = &worker->link.holdings;
    int tree = find_connection(holdings, SERVICE_TREE);
    int bound = find_connection(holdings, SERVICE_BOUND);
    int listener = find_extra(holdings, SERVICE_CONTROL);
    SlotsConfig slots;
    int fd;

    if (tree < 0) {
        errno = ENOENT;
        return fail(error, "the keeper has no tree");
    }
    fd = dup_connection(worker, tree, &slots);
    if (fd < 0)
        return fail(error, "cannot dup a connection");
    if (!service_connect_tree(&worker->service, fd, &slots, error))
        return false;
    if (bound < 0)
        return true;
    fd = dup_connection(worker, bound, &slots);
    if (fd < 0)
        return fail(error, "cannot dup a connection");
    if (!service_connect_bound(&worker->service, fd, &slots, error))
        return false;
    /* Who registers waits for the next worker, as what he says may be what they died of. */
    return listener < 0 || worker->link.is_safe ||
           service_control(&worker->service, listener, holdings->connections[bound].target, error);
}

typedef struct {
    Worker *worker;
    unsigned session;
} Recovery;

static bool
serve_recovered(void *bytes, size_t len, void *data)
{
    const Recovery *recovery = data;

    return session_answer(recovery->worker->service.sessions[recovery->session], bytes, len);
}

static void
refuse_poisoned(void *bytes, size_t len, void *data)
{
    const Recovery *recovery = data;
    const Worker *worker = recovery->worker;
    unsigned number = worker->numbers[recovery->session];
    g_autofree char *what = NULL;
    struct fuse_in_header header;

    (void)len;
    memcpy(&header, bytes, sizeof header);
    (void)recover_refuse(worker->link.holdings.connections[number].fd, header.unique, EIO);
    what = service_describe(&worker->service, recovery->session, header.nodeid);
    g_warning("two workers died of a request (%u of thread %u) about %s: it fails with EIO",
              header.opcode, header.pid, what);
}

static void
poke_recovered(void *data)
{
    const Recovery *recovery = data;

    poke(recovery->worker);
}

/* The kernel has had its answer to the first request of all if there was a life before, and takes
 * no other. */
static void
begin_connections(Worker *worker)
{
    for (unsigned i = 0; i < worker->service.n_sessions; i++) {
        TableConnection *connection = table_connection(&worker->link.table, worker->numbers[i]);

        (void)session_answer(worker->service.sessions[i], connection->init,
                             MIN(connection->init_size, sizeof connection->init));
    }
}

/* What earlier lives have left open. */
static void
recover(Worker *worker, bool resend)
{
    for (unsigned i = 0; i < worker->service.n_sessions; i++) {
        unsigned number = worker->numbers[i], n;
        int fd = worker->link.holdings.connections[number].fd;
        Recovery recovery = {worker, i};
        const RecoverTo to = {.serve = serve_recovered,
                              .poisoned = refuse_poisoned,
                              .poke = poke_recovered,
                              .data = &recovery};

        n = recover_open(&worker->link.table, number, fd, &to);
        if (n > 0)
            g_debug("%u requests were left open", n);
        session_take_up(worker->service.sessions[i]);
        if (resend && recover_resend(fd) != 0)
            g_warning("the kernel sends nothing again: %s", g_strerror(errno));
    }
}

/* Nobody can be served any more: whoever comes next finds everything in the table. */
static void
end_at_once(void)
{
    _exit(EXIT_FAILURE);
}

/* Who has just begun to serve has taken nothing yet: the next one would have no more. */
#define EXHAUSTED_EARLIEST_USEC 50000

static gint64 serving_since;

static void
end_exhausted(void)
{
    static const char why[] = "ownprocd: no memory or file descriptor is left: the next goes on\n";

    if (g_get_monotonic_time() - serving_since < EXHAUSTED_EARLIEST_USEC)
        return;
    (void)!write(STDERR_FILENO, why, sizeof why - 1); /* to log takes both */
    end_at_once();
}

/* The thread that hears the keeper. */
static void *
hear(void *data)
{
    Worker *worker = data;

    if (worker_link_wait(&worker->link, -1) != WORKER_LINK_DRAIN)
        end_at_once();
    (void)pthread_kill(worker->main, SIGTERM); /* session_run() ends */
    return NULL;
}

static void
tell_of_lost(unsigned which, void *data)
{
    const Worker *worker = data;

    worker_link_lost(&worker->link, worker->numbers[which]);
}

/* Pages are for this process to take away. */
static void
stop(void *data)
{
    Worker *worker = data;

    service_settle(&worker->service);
}

static bool
begin(Worker *worker, const Options *options, GError **error)
{
    pthread_t listener;
    ServiceConfig config = {.options = options,
                            .figures = &worker->link.table.head->figures,
                            .is_safe = worker->link.is_safe};

    config.shelf = worker->shelf = shelf_open(worker->link.holdings.shelf, error);
    if (!worker->shelf || !service_open(&worker->service, &config, error) ||
        !connect_all(worker, error))
        return false;
    metrics_share(worker->link.table.head->counters, report_layout());
    service_take_up(&worker->service); /* first: pages are taken away when a connection begins */
    begin_connections(worker);
    recover(worker, options->resend);
    worker->main = pthread_self();
    serving_since = g_get_monotonic_time();
    read_error_on_exhaustion(end_exhausted);
    if (worker_link_serving(&worker->link) != 0 ||
        pthread_create(&listener, NULL, hear, worker) != 0)
        return fail(error, "cannot tell the keeper");
    (void)pthread_detach(listener); /* it ends with the process, if not before */
    return true;
}

/* The first worker has those of whoever started the daemon, who may wait for their end; all later
 * ones have none from the beginning.  Opened for writing, so before confine(). */
static int
open_nothing(const Options *options)
{
    return options->foreground ? -1 : open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* Takes over @nothing. */
static void
leave_terminal(int nothing)
{
    autofd fd = nothing;

    for (int i = 0; i < 3 && fd >= 0; i++)
        (void)dup3(fd, i, 0);
}

bool
worker_run(const Options *options, GError **error)
{
    Worker worker = {.link = {.sock = -1}};
    const SessionEvents events = {tell_of_lost, stop, &worker};
    int nothing = open_nothing(options);
    bool ok;

    if (worker_link_open(&worker.link, "ownprocd " OWNPROC_VERSION) != 0)
        return fail(error, "the keeper gives nothing");
    if (!confine(error))
        return false;
    if (worker_link_ready(&worker.link) != 0)
        return errno == ECANCELED; /* another one serves, or it has said what is wrong */
    if (!begin(&worker, options, error))
        return false;
    leave_terminal(nothing);
    ok = service_run(&worker.service, &events, error);
    if (!ok)
        return false; /* the process ends: threads and memory go with it */
    (void)worker_link_drained(&worker.link);
    return true;
}
