/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A keeper of one mount, whose workers are tests/keeper/worker.c; of two, if there is a
 * DIRECTORY.second.
 *
 *     keeper SOCKET DIRECTORY WORKER [CGROUP]
 *
 * Takes what the service manager has, or adopts what the keeper that listens at SOCKET has; else it
 * mounts.  CGROUP: keeper_leave_cgroup(). */

#include "fs/keeper/adopt.h"
#include "fs/keeper/keeper.h"
#include "fs/keeper/log.h"
#include "fs/keeper/mount.h"
#include "fs/keeper/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define SHELF_SIZE (1u << 20)
#define SECOND_MAX 256

static void
second_of(const char *directory, char ret[SECOND_MAX])
{
    (void)snprintf(ret, SECOND_MAX, "%s.second", directory);
}

static int
mount_one(int sink, const char *name, const char *directory)
{
    HoldingsConnection connection = {.fd = open("/dev/fuse", O_RDWR | O_CLOEXEC)};
    char options[128];

    (void)snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
                   connection.fd);
    (void)snprintf(connection.name, sizeof connection.name, "%s", name);
    (void)snprintf(connection.target, sizeof connection.target, "%s", directory);
    if (connection.fd < 0 || mount("kept", directory, "fuse.kept", MS_NOSUID | MS_NODEV, options))
        return keeper_fail(errno, "cannot mount at %s: %m", directory) != 0;
    return mount_hand_over(sink, &connection) != 0;
}

static int
set_up(int sink, void *data)
{
    const char *directory = data;
    char second[SECOND_MAX];

    second_of(directory, second);
    return mount_one(sink, "first", directory) ||
           (access(second, F_OK) == 0 && mount_one(sink, "second", second));
}

static bool
stop(const Holdings *holdings, bool is_asked, void *data)
{
    const char *directory = data;
    char second[SECOND_MAX];

    (void)holdings;
    (void)is_asked;
    second_of(directory, second);
    (void)umount2(second, MNT_DETACH);
    (void)umount2(directory, MNT_DETACH);
    return true;
}

static bool
lost(const char *name, void *data)
{
    (void)data;
    return strcmp(name, "first") != 0;
}

static void
serving(void *data)
{
    (void)data;
    (void)store_notify("READY=1");
}

static int
prepare(char **argv, Holdings *holdings, int *ret_predecessor)
{
    int n = store_take(NULL, holdings);

    /* First: nobody answers at the socket that the service manager kept. */
    *ret_predecessor = -1;
    if (n != 0)
        return n < 0 ? -1 : 0;
    *ret_predecessor = adopt_ask(argv[1], holdings);
    if (*ret_predecessor >= 0)
        return 0;
    if (errno != ENOENT && errno != ECONNREFUSED)
        return -1;
    return mount_gather(set_up, argv[2], SHELF_SIZE, holdings) == 0 ? mount_take_init(holdings)
                                                                    : -1;
}

int
main(int argc, char **argv)
{
    Holdings holdings = HOLDINGS_INIT;
    KeeperConfig config = {.program = "test keeper",
                           .has_fd_store = true,
                           .serving = serving,
                           .stop = stop,
                           .lost = lost};
    char *worker_argv[] = {"worker", NULL};
    KeeperEnd end;

    if (argc < 4)
        return 2;
    config.data = argv[2];
    config.socket = argv[1];
    config.binary = argv[3];
    config.argv = worker_argv;
    if (argc > 4 && keeper_leave_cgroup(argv[4]) != 0)
        return 1;
    if (prepare(argv, &holdings, &config.predecessor) != 0)
        return 1;
    end = keeper_run(&config, &holdings);
    holdings_clear(&holdings);
    return end == KEEPER_ENDED ? 0 : end == KEEPER_FAILED ? 1 : 10 + (int)end;
}
