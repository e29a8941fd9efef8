/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The containers of the crowd. */

#pragma once

#include "tests/bench/batch.h"
#include "tests/bench/server.h"

#define CROWD_MAX 4096
#define CROWD_WORDS 32
#define CROWD_FILES 5 /* that each container reads */

/* What all of them see. */
typedef struct {
    volatile unsigned contender; /* whose files are read now */
    volatile unsigned ready;     /* containers that have begun */
    Histogram times;
} CrowdBoard;

typedef struct {
    Contender contenders[CROWD_WORDS];
    const char *cgroups[CROWD_WORDS]; /* in which a directory for each container is made */
    const char *writes[CROWD_WORDS];  /* FILE=VALUE */
    const char *preads[CROWD_WORDS];  /* of each cgroup: by the contender without a directory */
    unsigned n_contenders, n_cgroups, n_writes, n_preads, seconds;
    CrowdBoard *board;
    unsigned n;
    pid_t pids[CROWD_MAX];
} Crowd;

/* Makes containers until there are @n and all of them read.  Exits if that cannot be done. */
void crowd_grow(Crowd *crowd, unsigned n);

/* crowd_preads.c: a process that reads the numbers of all containers once a second; its pid. */
pid_t crowd_preads_start(const Crowd *crowd);
void crowd_preads_end(pid_t pid);

/* Ends them and removes their cgroups. */
void crowd_end(Crowd *crowd);
