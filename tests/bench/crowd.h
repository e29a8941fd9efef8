/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The containers of the crowd. */

#pragma once

#include "tests/bench/batch.h"
#include "tests/bench/server.h"

#define CROWD_MAX 4096
#define CROWD_WORDS 8

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
    unsigned n_contenders, n_cgroups, n_writes, seconds;
    CrowdBoard *board;
    unsigned n;
    pid_t pids[CROWD_MAX];
} Crowd;

/* Makes containers until there are @n and all of them read.  Exits if that cannot be done. */
void crowd_grow(Crowd *crowd, unsigned n);

/* Ends them and removes their cgroups. */
void crowd_end(Crowd *crowd);
