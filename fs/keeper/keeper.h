/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keeper: the process that holds the mounts, and therefore must not be the one that can crash.
 *
 * A FUSE connection ends when the last fd of it closes, and then every container that has a file of
 * it bound sees ENOTCONN until it is restarted.  So the keeper holds those fds, and workers, which
 * know what /proc is, may die at any instruction.  What holds at all times:
 *
 *  1. Every fd of a connection is here.  Workers get dups of it and open none of their own: a clone
 *     (FUSE_DEV_IOC_CLONE) that dies with its worker ends the requests that were read through it.
 *  2. At most one worker serves.  The next one is told to go when the one before is dead: who has
 *     drained is killed.  And it holds a lock on the table, without which it does not serve, so
 *     that even two keepers that both think the mounts theirs cannot make two workers serve.
 *  3. A request is in the table from when the kernel gave it away until it is answered (table.h).
 *     Who begins to serve answers first what is open there; what two workers died of gets EIO.
 *  4. There is always a warm worker beside the one that serves, unless it cannot be started.  While
 *     those that serve die one after the other it bridges the time until the next one: it answers
 *     with what they have made, and makes nothing anew.
 *  5. Nothing that a worker says or writes is believed beyond bounded numbers.  It can end itself
 *     and its connections' requests; it cannot make the keeper fail, block, or run anything.
 *  6. The keeper never waits for anybody: all sockets are non-blocking, all patience has an end.
 *     It looks at no file below its own mounts, and never waits on /dev/fuse: a poll(2) that does
 *     is woken by every request.  "Is there a request?" is asked with a time limit of 0.
 *  7. While nobody asks nobody is woken.  The first request after a quiet time pokes the keeper,
 *     which then looks every half second until nothing was asked for two.
 *  8. Memory is locked, nothing is allocated after the start but by fork(2), and nothing but libc
 * is called.
 *  9. Whoever takes over (a new keeper by the socket, the service manager's fd store) has
 * everything before who had it lets go; who dies half-way leaves it with the other one.
 * 10. Only who asks for it explicitly unmounts: SIGTERM does when nobody has anything of the mounts
 *     any more, and until then the keeper goes on. */

#pragma once

#include "fs/keeper/holdings.h"

typedef enum {
    KEEPER_FAILED = -1, /* to begin, or no worker can; nothing was unmounted */
    KEEPER_ENDED = 1,   /* KeeperConfig.stop() let it */
    KEEPER_KEPT,        /* ended, and the service manager holds everything */
    KEEPER_HANDED_OVER, /* another keeper goes on */
    KEEPER_LOST,        /* a connection has ended by itself, and KeeperConfig.lost() said so */
} KeeperEnd;

/* All borrowed. */
typedef struct {
    const char *program; /* name and version, for people */
    const char *binary;  /* path of the workers' program: now, and again at SIGHUP */
    char *const *argv;   /* the workers' arguments */
    const char *config;  /* path of their configuration, read when @binary is; NULL for none */
    bool config_may_miss;
    const char *config_variable; /* of their environment: the number of the fd with a copy */
    const char *socket;          /* path to listen at, NULL for none */
    bool has_fd_store;           /* of the service manager: it holds what the keeper holds */
    bool is_new;                 /* the mounts are: nobody misses them if no worker can serve */
    int predecessor;             /* what adopt_ask() returned, -1 if there is none; taken over */
    /* The first worker serves. */
    void (*serving)(void *data);
    /* SIGTERM while nobody else holds the mounts, or somebody asked for it (@is_asked): takes them
     * away, while they still answer.  False: it is not to end now. */
    bool (*stop)(const Holdings *holdings, bool is_asked, void *data);
    /* In a process of its own: 0 if nobody has anything of the mounts, else it has said who has if
     * @is_first.  After SIGTERM while nobody else holds them; NULL: it is not asked. */
    int (*is_used)(const Holdings *holdings, bool is_first, void *data);
    /* A connection has ended: somebody unmounted it.  False: then all is to end. */
    bool (*lost)(const char *name, void *data);
    void *data;
} KeeperConfig;

/* Locks memory, asks to be spared when memory runs out, and adopts orphans.  Then keeps @holdings,
 * with the table's FUSE_INIT in place (mount_take_init()), until it is told to end.  Call it in a
 * process without threads. */
KeeperEnd keeper_run(const KeeperConfig *config, Holdings *holdings);

/* Moves this process alone into the cgroup @name ("ownproc-keeper") at the root of every hierarchy
 * that is mounted: a pod that ends does not take it along.  -1 and errno if it is in none; it has
 * said where it failed. */
int keeper_leave_cgroup(const char *name);
