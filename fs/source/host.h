/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the node's own /proc says. */

#pragma once

#include "common/cpuset.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Text of one kernel file.  Owned, unless it is said to be somebody's. */
typedef struct {
    char *text;
    size_t len;
} HostText;

/* /proc/meminfo (linux:fs/proc/meminfo.c).  Bytes. */
typedef struct {
    uint64_t total, free, available;
    uint64_t cached, anon, shmem, slab_reclaimable,
        slab_unreclaimable; /* for containers without a memory cgroup */
    uint64_t swap_total, swap_free;
    uint64_t huge_size;                            /* of a huge page of the default size */
    uint64_t huge_total, huge_free, huge_reserved; /* counts of such pages */
} HostMemory;

/* One CPU line of /proc/stat (linux:fs/proc/stat.c).  Microseconds. */
typedef struct {
    uint64_t user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice;
} CpuTimes;

/* Its per-CPU lines, by the host's CPU number. */
typedef struct {
    CpuSet online;
    CpuTimes *cpus; /* n of them; zeros for CPUs that are offline.  Owned */
    unsigned n;
    uint64_t btime; /* seconds since 1970 when the kernel booted, as the daemon's time namespace
                       sees it */
} HostCpu;

void host_text_clear(HostText *text);
bool host_text_read(int root_fd, const char *path, HostText *ret, GError **error);

/* Parsers.  [pure]  READ_ERROR_MALFORMED. */
bool host_memory_parse(const HostText *meminfo, HostMemory *ret, GError **error);
bool host_cpu_parse(const HostText *stat, HostCpu *ret, GError **error);
void host_cpu_clear(HostCpu *cpu);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HostText, host_text_clear)
