/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The CPUs a container is shown: one model for cpuinfo, stat, uptime and sys/devices/system/cpu.
 * [pure]  Formulas and reasons: docs/FILES.md. */

#pragma once

#include "fs/source/cgroup.h"
#include "fs/source/host.h"

/* How a quota becomes a number of CPUs. */
typedef enum {
    CPU_POLICY_CEIL,   /* 1.5 CPUs are 2: the default */
    CPU_POLICY_ROUND,  /* 1.4 are 1, 1.5 are 2 */
    CPU_POLICY_CPUSET, /* quotas do not count */
} CpuPolicy;

/* The host's CPUs that are shown, to be renumbered 0 … N-1: the first N of those the container may
 * use, N = min(|cpuset|, quota / period), at least 1. */
CpuSet cpu_view_shown(const CgroupCpu *cpu, CpuPolicy policy);

/* What it had used of one of the host's CPUs. */
typedef struct {
    CpuUsage usage;
    bool is_its; /* it might run there */
} CpuUsed;

/* What a container had used when it was looked at: of CgroupCpu what the next look is compared
 * with, in no more room than it takes, as one is kept for each container. */
typedef struct {
    uint64_t user, nice, system, throttled;
    CpuUsed *per_cpu; /* n_per_cpu of them, of which n_its are its own.  Owned */
    unsigned n_per_cpu, n_its;
} CpuLast;

/* A container's CPU time as if the kernel had counted it for N CPUs.  Microseconds.  Everything in
 * it only ever grows, over any sequence of cpu_view_advance().  Owned; {0} is "never seen". */
typedef struct {
    unsigned n_online; /* CPUs shown now */
    unsigned n_seen;   /* most that were ever shown: cpus and capacity have as many elements */
    CpuTimes *cpus;
    uint64_t *capacity; /* the time each had: how long it has been online, and what was used beyond
                           that (the limit was higher before) */
    CpuTimes total; /* of all ever seen, as the kernel's own "cpu" line is of all possible CPUs */

    uint64_t elapsed; /* age of the container at the last advance */
    CpuLast last;
} CpuView;

/* Takes in what was used up to the instant @elapsed after the container's birth, on behalf of the
 * CPUs that were shown since the last advance; from then on @shown are.  The first advance gives
 * the whole past to @shown.  A sample older than the last one changes nothing. */
void cpu_view_advance(CpuView *view, const CgroupCpu *now, const CpuSet *shown, uint64_t elapsed);
void cpu_view_copy(const CpuView *from, CpuView *ret);
void cpu_view_clear(CpuView *view);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CpuView, cpu_view_clear)
