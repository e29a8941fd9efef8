/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What does Linux say?  The numbers of one container and its host, taken at one instant, in bytes,
 * microseconds and counts. */

#pragma once

#include "fs/reader/reader.h"
#include "fs/source/cgroup.h"
#include "fs/source/host.h"

typedef enum {
    NEED_MEMORY = 1 << 0,   /* host_memory, meminfo, memory */
    NEED_CPUS = 1 << 1,     /* host_cpu, stat, cpu's limits: how many CPUs there are */
    NEED_CPU_TIME = 1 << 2, /* cpu's times, born, boottime_offset */
    NEED_CPUINFO = 1 << 3,  /* cpuinfo */
} SnapshotNeeds;

typedef struct {
    int root_fd;                /* "/" or a recorded machine; borrowed */
    const CgroupLayout *layout; /* borrowed */
    Readers *readers;           /* borrowed */
} Sources;

typedef struct {
    uint64_t now;            /* CLOCK_BOOTTIME of the host */
    uint64_t born;           /* of the container, on the same clock */
    int64_t boottime_offset; /* of the reader's time namespace */
    HostText meminfo, stat,
        cpuinfo; /* the kernel's own texts: which lines there are, in which order */
    HostMemory host_memory;
    HostCpu host_cpu;
    CgroupMemory memory;
    CgroupCpu cpu; /* cpus is never empty: the host's online CPUs where no cpuset says less */
} Snapshot;

/* Reads what @needs (an OR of SnapshotNeeds) asks for and nothing else; the rest of @ret is zero.
 * @now is CLOCK_BOOTTIME in microseconds.  Where the container has no cgroup of its own for a
 * resource, its numbers are filled from the host's files, so that nobody above has to ask. */
bool snapshot_take(const Sources *sources, const Reader *reader, unsigned needs, uint64_t now,
                   Snapshot *ret, GError **error);
void snapshot_clear(Snapshot *snapshot);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Snapshot, snapshot_clear)
