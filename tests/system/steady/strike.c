/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Strikes workers, and writes down when.
 *
 *     strike SOCKET FILE EVERY_MSEC COUNT [SIGNAL [STATE…]]
 *
 * COUNT times, every EVERY_MSEC, SIGNAL (9) is sent to the worker that serves, or to those of each
 * STATE ("serving", "standby").  If nobody serves that time is not counted.  EVERY_MSEC 0: whenever
 * one serves, has answered some requests, and another is warm.  COUNT 0 makes the FILE.  SIGNAL 0
 * disturbs nobody: what readers wait without that.  Prints "strikes N". */

#include "common/fd.h"
#include "fs/keeper/protocol.h"
#include "tests/system/steady/keepers_table.h"
#include "tests/system/steady/kills.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PATIENCE_MSEC 20000
#define GIVE_UP 200000 /* looks in a row, for one who may be struck */
#define LOOK_USEC 200  /* between two */
#define ENOUGH 20      /* requests: who dies before cannot serve, as the keeper sees it */

static bool
ask(const char *path, ProtocolStatus *ret)
{
    autofd fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ProtocolReceived received;

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        protocol_send(fd, PROTOCOL_STATUS, NULL) != 0 ||
        protocol_await(fd, PATIENCE_MSEC, &received) <= 0)
        return false;
    *ret = received.message.status;
    protocol_close_fds(&received);
    return received.message.header.type == PROTOCOL_STATUS_IS;
}

static pid_t
find(const ProtocolStatus *status, const char *state)
{
    for (unsigned i = 0; i < status->n_workers && i < PROTOCOL_WORKERS_MAX; i++)
        if (strcmp(status->workers[i].state, state) == 0)
            return status->workers[i].pid;
    return 0;
}

static void
note(Kills *kills, uint64_t time)
{
    uint32_t n = atomic_load(&kills->n);

    if (n == KILLS_MAX)
        return;
    atomic_store(&kills->times[n], time);
    atomic_store(&kills->n, n + 1);
}

/* False if there is nobody. */
static bool
strike(const ProtocolStatus *status, int sig, char **states, Kills *kills)
{
    static char *serving[] = {"serving", NULL};
    bool is_one = false;

    for (char **state = *states ? states : serving; *state; state++) {
        pid_t pid = find(status, *state);

        if (pid == 0)
            continue;
        if (!is_one)
            note(kills, steady_now());
        is_one = kill(pid, sig) == 0 || is_one;
    }
    return is_one;
}

/* How many requests were ever answered; @keeper is asked once. */
static uint64_t
served(pid_t keeper)
{
    static Table table;
    autofd fd = table.head ? -1 : keepers_table_open(keeper);

    return table.head || (fd >= 0 && table_map(fd, &table) == 0) ? table_served(&table) : 0;
}

/* Until another one serves than the one that was struck last, has done so, and one is warm. */
static bool
await(const char *path, ProtocolStatus *ret)
{
    static pid_t last;
    static uint64_t before;

    for (unsigned i = 0; i < GIVE_UP; i++) {
        pid_t serving = ask(path, ret) && find(ret, "standby") ? find(ret, "serving") : 0;

        if (serving != 0 && serving != last && served(ret->pid) >= before + ENOUGH) {
            last = serving;
            before = served(ret->pid);
            return true;
        }
        (void)usleep(LOOK_USEC);
    }
    (void)fprintf(stderr, "%s: nobody serves\n", path);
    return false;
}

int
main(int argc, char **argv)
{
    unsigned every = argc > 4 ? (unsigned)atoi(argv[3]) : 0, done = 0;
    Kills *kills = argc > 4 ? kills_make(argv[2]) : NULL;
    int sig = argc > 5 ? atoi(argv[5]) : SIGKILL;
    ProtocolStatus status;

    if (!kills)
        return 2;
    for (unsigned i = 0, count = (unsigned)atoi(argv[4]); i < count; i++) {
        (void)usleep(every * 1000);
        if (every == 0 && !await(argv[1], &status))
            return 1;
        if (every == 0 || ask(argv[1], &status))
            done += strike(&status, sig, argv + (argc > 6 ? 6 : argc), kills);
    }
    (void)printf("strikes %u\n", done);
    return 0;
}
