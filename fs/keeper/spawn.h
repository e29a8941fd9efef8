/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts a worker, or a short-lived process that mounts. */

#pragma once

#include <sys/types.h>

#define SPAWN_FD 3                         /* the worker's end of the socket */
#define SPAWN_VARIABLE "OWNPROC_KEEPER_FD" /* in its environment, with that number */

typedef struct {
    char *const *argv;
    const char *config_variable; /* in its environment, with the number of its configuration's fd */
    int oom_score_adj, nice;     /* of the service, which the keeper's own may not be */
} SpawnConfig;

/* Runs the program that @binary is (an fd, borrowed), with one end of a SOCK_SEQPACKET pair as
 * SPAWN_FD, @conf (borrowed; -1: none), standard input, output and error as they are, no other fd,
 * signals as by default, and nothing of the environment that is meant for the service's main
 * process.  Returns its pid and the other end, which the caller closes; -1 and errno otherwise. */
pid_t spawn_worker(const SpawnConfig *config, int binary, int conf, int *ret_sock);
