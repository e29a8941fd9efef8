/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What does Linux say?  The numbers of one container and its host, taken at one instant, in bytes,
 * microseconds and counts. */

#pragma once

#include "common/tick.h"
#include "fs/reader/reader.h"
#include "fs/source/cgroup.h"
#include "fs/source/cgroup_events.h"
#include "fs/source/cgroup_hugetlb.h"
#include "fs/source/cgroup_io.h"
#include "fs/source/host_files.h"
#include "fs/source/nodes.h"

typedef enum {
    NEED_MEMORY = 1 << 0,        /* host_memory, meminfo, memory */
    NEED_CPUS = 1 << 1,          /* that of NEED_HOST_CPU, cpu's limits: how many CPUs there are */
    NEED_CPU_TIME = 1 << 2,      /* cpu's times, born */
    NEED_CPUINFO = 1 << 3,       /* cpuinfo */
    NEED_NODES = 1 << 4,         /* nodes */
    NEED_OWN_TEXT = 1 << 5,      /* own_text; without it in the kernel there is no such file */
    NEED_HOST_CPU = 1 << 6,      /* host_cpu, stat */
    NEED_SWAPS = 1 << 8,         /* swaps */
    NEED_IO = 1 << 9,            /* diskstats, io */
    NEED_EVENTS = 1 << 10,       /* vmstat, events */
    NEED_SLABINFO = 1 << 11,     /* slabinfo */
    NEED_PRESSURE_CPU = 1 << 12, /* pressure, or host_pressure */
    NEED_PRESSURE_IO = 1 << 13,
    NEED_PRESSURE_IRQ = 1 << 14,
    NEED_PRESSURE_MEMORY = 1 << 15,
    NEED_THREADS = 1 << 16, /* not of the snapshot: fs/loads.h, what the threads are doing */
    NEED_LOAD = 1 << 17,    /* the same, and its averages */
} SnapshotNeeds;

typedef struct {
    int root_fd;                /* "/" or a recorded machine; borrowed */
    const CgroupLayout *layout; /* borrowed */
    Readers *readers;           /* borrowed */
    Tick *tick;                 /* borrowed; NULL: nothing is shared */
    HostFiles *host_files;      /* borrowed; NULL: the host's are read for each snapshot */
} Sources;

typedef struct {
    uint64_t now;                           /* CLOCK_BOOTTIME of the host */
    uint64_t tick;                          /* which it was taken in; 0: it shares nothing */
    const HostFile *host_files[HOST_FILES]; /* references; they own the host's texts and CPUs */
    uint64_t born;                          /* of the container, on the same clock */
    int64_t boottime_offset; /* of the reader's time namespace; set by whoever knows him */
    HostText meminfo, stat,
        cpuinfo; /* the kernel's own texts: which lines there are, in which order */
    HostMemory host_memory;
    HostCpu host_cpu;
    MemoryNodes nodes; /* the memory nodes it may use, the host's numbers */
    HostText own_text; /* what the kernel says in the very file that is asked for */
    CgroupMemory memory;
    CgroupHugetlb hugetlb;             /* with NEED_MEMORY, if the host has huge pages */
    HostText swaps, diskstats, vmstat; /* the kernel's own texts */
    CgroupIo io;
    CgroupEvents events;
    uint64_t page_size;          /* with NEED_EVENTS; bytes */
    HostText slabinfo, pressure; /* the container's own texts; NULL if the kernel has none */
    HostText host_pressure;      /* which lines there are, if the container has none */
    CgroupCpu cpu; /* cpus is never empty: the host's online CPUs where no cpuset says less */
} Snapshot;

/* Reads what @needs (an OR of SnapshotNeeds) asks for and nothing else; the rest of @ret is zero.
 * @now is CLOCK_BOOTTIME in microseconds; 0: nothing is shared.  Where the container has no cgroup
 * of its own for a resource, its numbers are filled from the host's files, so that nobody above has
 * to ask. */
bool snapshot_take(const Sources *sources, const Reader *reader, unsigned needs, uint64_t now,
                   Snapshot *ret, GError **error);
void snapshot_clear(Snapshot *snapshot);
/* own_text: @path is known only when it is known which CPUs are shown. */
bool snapshot_take_own_text(const Sources *sources, const char *path, Snapshot *snapshot,
                            GError **error);

/* Private to fs/source. */
typedef struct {
    const Sources *sources;
    const Reader *reader;
    unsigned needs;
    Cgroups cgroups; /* the reader's */
} SnapshotOrder;

/* Makes the snapshot hold @name, and returns it; NULL if it cannot be read. */
const HostFile *snapshot_take_host(const SnapshotOrder *order, HostFileName name,
                                   Snapshot *snapshot, GError **error);
/* Swap, disks, events, slabs, pressure. */
bool snapshot_take_resources(const SnapshotOrder *order, Snapshot *snapshot, GError **error);
void snapshot_clear_resources(Snapshot *snapshot);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Snapshot, snapshot_clear)
