/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container's load averages, by the kernel's own arithmetic.  [pure]  Where the counts come from
 * and how the averages begin: docs/FILES.md. */

#pragma once

#include <stdint.h>

#define LOAD_VIEW_AVERAGES 3 /* of 1, 5 and 15 minutes */

/* Between two samples: the kernel's 5 * HZ + 1 ticks, at 250 Hz.  A little off 5 s, so as not to
 * fall in with whatever wakes up every 5 s. */
#define LOAD_VIEW_PERIOD_USEC UINT64_C(5004000)

typedef struct {
    uint64_t averages[LOAD_VIEW_AVERAGES]; /* in 1/2048 threads */
    uint64_t running, blocked;             /* threads in R and in D, the reader not counted */
    uint64_t threads;                      /* all */
    uint64_t last_pid;                     /* as the reader's pid namespace numbers it */
} LoadView;

/* All that is known of the past of a container that was never looked at. */
typedef struct {
    uint64_t running, blocked; /* now */
    uint64_t usage_usec;       /* CPU time it ever used */
    uint64_t age_usec;
    uint64_t milli_cpus; /* how many CPUs it may use at once, in 1/1000 */
} LoadPast;

/* Begins the averages. */
void load_view_begin(LoadView *view, const LoadPast *past);

/* Goes on by @periods, of which only the end was looked at: view's running and blocked. */
void load_view_advance(LoadView *view, uint64_t periods);
