/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A worker that serves a few files, straight on the protocol of /dev/fuse:
 *
 *     content   CONTENT_SIZE bytes that are always the same (content.h)
 *     late      the same, each read after 50 ms
 *     poison    whoever answers a read of it dies
 *     stuck     whoever answers a read of it never comes back
 *     halted    who takes a read of it from the kernel is stopped before anybody could see that it
 *               answers; who comes next answers it
 *     held      who takes a read of it from the kernel dies before anybody could see that it
 *               answers, but for one thread that the kernel holds; who comes next answers it
 *
 * Compiled again with DIES_AT_START or DIES_AT_GO it is a program that does not work, with
 * HANGS_AT_GO one that never comes to serve; with DIES_IF
 * one that does not when the file of that name in its environment is there, but that can go safely.
 */

#include "fs/keeper/log.h"
#include "fs/keeper/recover.h"
#include "fs/keeper/worker_link.h"
#include "tests/keeper/content.h"
#include "tests/keeper/held.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef PROGRAM
#define PROGRAM "worker 1"
#endif

#define THREADS 2 /* of each connection */
#define LATE_NSEC 50000000L

enum { ROOT = 1, CONTENT, LATE, POISON, STUCK, HALTED, HELD, N_NODES };
static const char *const names[N_NODES] = {
    [CONTENT] = "content", [LATE] = "late",     [POISON] = "poison",
    [STUCK] = "stuck",     [HALTED] = "halted", [HELD] = "held"};
static WorkerLink keeper_link;
static atomic_bool is_draining;
static char content[CONTENT_SIZE];
static _Thread_local int answer_fd; /* /dev/fuse of what this thread serves */

static void
answer(const struct fuse_in_header *in, int error, const void *body, size_t len)
{
    struct fuse_out_header out = {
        .len = (uint32_t)(sizeof out + len), .error = -error, .unique = in->unique};
    struct iovec parts[] = {{&out, sizeof out}, {(void *)body, len}};
    ssize_t n = writev(answer_fd, parts, 2);

    (void)n; /* who asked may be gone */
}

static struct fuse_attr
attributes(uint64_t node)
{
    return (struct fuse_attr){.ino = node,
                              .size = node == ROOT ? 0 : CONTENT_SIZE,
                              .mode = node == ROOT ? S_IFDIR | 0755 : S_IFREG | 0444,
                              .nlink = 1};
}

static void
answer_init(const struct fuse_in_header *in)
{
    const struct fuse_init_in *init = (const void *)(in + 1);
    const struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION,
                                      .minor = 31,
                                      .max_readahead = init->max_readahead,
                                      .flags = FUSE_ASYNC_READ & init->flags,
                                      .max_background = 12,
                                      .congestion_threshold = 9,
                                      .max_write = 4096,
                                      .time_gran = 1};

    answer(in, 0, &out, sizeof out);
}

static void
answer_lookup(const struct fuse_in_header *in, const char *name)
{
    struct fuse_entry_out out = {0};

    for (unsigned i = CONTENT; i < N_NODES; i++)
        if (strcmp(names[i], name) == 0) {
            out.nodeid = i;
            out.attr = attributes(i);
            answer(in, 0, &out, sizeof out);
            return;
        }
    answer(in, ENOENT, NULL, 0);
}

static void
answer_read(const struct fuse_in_header *in)
{
    const struct fuse_read_in *read_in = (const void *)(in + 1);
    const struct timespec late = {.tv_nsec = LATE_NSEC};
    size_t left = read_in->offset < CONTENT_SIZE ? CONTENT_SIZE - read_in->offset : 0;

    if (in->nodeid == LATE)
        (void)nanosleep(&late, NULL);
    if (in->nodeid == POISON)
        (void)raise(SIGSEGV);
    if (in->nodeid == STUCK)
        fprintf(stderr, "stuck\n");
    while (in->nodeid == STUCK)
        (void)pause();
    answer(in, 0, content + (left ? read_in->offset : 0),
           left < read_in->size ? left : read_in->size);
}

static bool
serve(void *bytes, size_t len, void *data)
{
    const struct fuse_in_header *in = bytes;
    const struct fuse_attr_out attr = {.attr = attributes(in->nodeid)};
    const struct fuse_open_out opened = {.open_flags = FOPEN_DIRECT_IO};

    (void)len;
    (void)data;
    switch (in->opcode) {
    case FUSE_INIT:
        answer_init(in);
        break;
    case FUSE_LOOKUP:
        answer_lookup(in, (const char *)(in + 1));
        break;
    case FUSE_GETATTR:
        answer(in, 0, &attr, sizeof attr);
        break;
    case FUSE_OPEN:
        answer(in, 0, &opened, sizeof opened);
        break;
    case FUSE_READ:
        answer_read(in);
        break;
    case FUSE_RELEASE:
        answer(in, 0, NULL, 0);
        break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
        break;
    default:
        answer(in, ENOSYS, NULL, 0);
    }
    return true;
}

static void
poke(void *data)
{
    (void)data;
    worker_link_poke(&keeper_link);
}

static void
end_thread(int sig)
{
    (void)syscall(SYS_exit, sig); /* this one alone */
}

/* Ends every thread of this process but one that is held. */
static void
end_but_held(void)
{
    const struct sigaction on_end = {.sa_handler = end_thread};
    const struct dirent *entry;
    pthread_t held;
    DIR *tasks;

    (void)sigaction(SIGUSR2, &on_end, NULL);
    if (pthread_create(&held, NULL, held_run, NULL) != 0)
        _exit(1);
    while (!atomic_load(&held_is_there))
        ;
    tasks = opendir("/proc/self/task");
    while (tasks && (entry = readdir(tasks)) != NULL)
        if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != gettid())
            (void)tgkill(getpid(), atoi(entry->d_name), SIGUSR2);
    end_thread(0);
}

static bool
is_read_of(const uint8_t *buffer, uint64_t node)
{
    struct fuse_in_header header;

    memcpy(&header, buffer, sizeof header);
    return header.opcode == FUSE_READ && header.nodeid == node;
}

static void *
run(void *data)
{
    const Table *table = &keeper_link.table;
    unsigned number = (unsigned)(uintptr_t)data, connection = number / THREADS;
    TablePlace *place = &table_connection(table, connection)->places[number % THREADS];
    uint8_t *buffer = table_buffer(table, connection, number % THREADS);

    answer_fd = keeper_link.holdings.connections[connection].fd;
    while (!atomic_load(&is_draining)) {
        ssize_t n;

        table_clear(buffer);
        n = read(answer_fd, buffer, TABLE_REQUEST_MAX);
        if (n < 0 && errno == ENODEV) {
            worker_link_lost(&keeper_link, connection);
            return NULL;
        }
        if (n < 0)
            continue;
        if (is_read_of(buffer, HALTED))
            (void)raise(SIGSTOP); /* to this thread, so it goes no further */
        if (is_read_of(buffer, HELD))
            end_but_held();
        if (table_begin(table->head, place, 0, keeper_now()))
            poke(NULL);
        (void)serve(buffer, (size_t)n, NULL);
        table_end(place, buffer);
    }
    return NULL;
}

static void
wake(int sig)
{
    (void)sig; /* that read(2) returns is all that is wanted */
}

/* A signal that comes before read(2) is lost: so again, until the thread has ended. */
static void
stop(pthread_t thread)
{
    struct timespec until;

    do {
        (void)pthread_kill(thread, SIGUSR1);
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
    } while (pthread_timedjoin_np(thread, NULL, &until) != 0);
}

/* Answers what the worker before has left open, then starts the threads. */
static unsigned
begin(pthread_t *threads)
{
    const RecoverTo to = {.serve = serve, .poke = poke};
    const struct sigaction on_wake = {.sa_handler = wake};
    unsigned n = 0;

    (void)sigaction(SIGUSR1, &on_wake, NULL);
    for (unsigned c = 0; c < keeper_link.holdings.n_connections; c++) {
        TableConnection *connection = table_connection(&keeper_link.table, c);

        answer_fd = keeper_link.holdings.connections[c].fd;
        if (answer_fd < 0)
            continue; /* it has ended */
        (void)serve(connection->init, connection->init_size, NULL);
        (void)recover_open(&keeper_link.table, c, answer_fd, &to);
        for (uintptr_t i = 0; i < THREADS; i++)
            if (pthread_create(&threads[n++], NULL, run, (void *)(c * THREADS + i)) != 0)
                _exit(1);
    }
    return n;
}

static int
serve_all(void)
{
    pthread_t threads[THREADS * TABLE_CONNECTIONS_MAX];
    unsigned n = begin(threads);
    WorkerLinkWord word;

    if (worker_link_serving(&keeper_link) != 0)
        return 1;
    do
        word = worker_link_wait(&keeper_link, -1);
    while (word == WORKER_LINK_QUIET);
    if (word == WORKER_LINK_GONE)
        return 0;
    atomic_store(&is_draining, true);
    while (n > 0)
        stop(threads[--n]);
    (void)worker_link_drained(&keeper_link);
    while (worker_link_wait(&keeper_link, -1) != WORKER_LINK_GONE)
        ;
    return 0;
}

int
main(void)
{
#ifdef DIES_AT_START
    return 3;
#endif
    (void)prctl(PR_SET_NAME, "test-worker");
    for (unsigned i = 0; i < CONTENT_SIZE; i++)
        content[i] = content_at(i);
    if (worker_link_open(&keeper_link, PROGRAM) != 0)
        return 1;
    if (worker_link_ready(&keeper_link) != 0)
        return 0;
#ifdef DIES_AT_GO
    (void)raise(SIGSEGV);
#endif
#ifdef HANGS_AT_GO
    (void)pause();
#endif
#ifdef DIES_IF
    if (!keeper_link.is_safe && access(getenv("DIES_IF"), F_OK) == 0)
        (void)raise(SIGSEGV);
#endif
    _exit(serve_all()); /* whatever threads are doing */
}
