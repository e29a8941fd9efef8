/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a cgroup's files say, in bytes, microseconds and counts.  Nobody above asks "v1 or v2?": the
 * choice is made here, for each controller.  Where a controller is not enabled in the container's
 * own cgroup the nearest ancestor that has it counts (the kernel's "effective css"); at the root of
 * a hierarchy, or without one, is_root is set and the rest is left as "no limit, nothing known". */

#pragma once

#include "common/cpuset.h"
#include "fs/source/cgroup_events.h"
#include "fs/source/cgroups.h"

#include <stdint.h>

#define CGROUP_NO_LIMIT UINT64_MAX

/* memory.*.  Bytes.  memory.rst (v1) and cgroup-v2.rst. */
typedef struct {
    bool is_root;
    uint64_t limit; /* smallest on the way up: v2 memory.max and memory.high, v1 limit_in_bytes */
    uint64_t usage; /* the container's own: v2 memory.current, v1 usage_in_bytes */
    uint64_t room;  /* smallest limit - usage on the way up; CGROUP_NO_LIMIT if nothing limits */

    bool swap_known;     /* swap accounting is on */
    uint64_t swap_limit; /* smallest on the way up; v1: of memsw.limit_in_bytes - memory limit */
    uint64_t swap_usage;
    uint64_t swap_room;

    /* memory.stat; v1 "total_" keys.  What a version does not tell is 0. */
    uint64_t anon, file, shmem, file_mapped, file_dirty, file_writeback, swapcached;
    uint64_t anon_thp, file_thp, shmem_thp;
    uint64_t inactive_anon, active_anon, inactive_file, active_file, unevictable;
    uint64_t slab_reclaimable, slab_unreclaimable, kernel_stack, pagetables, sec_pagetables, percpu,
        vmalloc;
    uint64_t kernel; /* all kernel memory; v1 memory.kmem.usage_in_bytes, v2 "kernel" */
    uint64_t zswap, zswapped;
} CgroupMemory;

/* CPU time used on one of the host's CPUs.  Microseconds. */
typedef struct {
    uint64_t user,
        system;     /* v1 samples them at ticks: under a quota of half a CPU 4 % off was seen */
    uint64_t total; /* exact; differs from user + system */
} CpuUsage;

/* cpu, cpuacct and cpuset.  Microseconds. */
typedef struct {
    bool is_root; /* of cpuacct: the times below are the host's */
    uint64_t id;  /* of the cgroup whose times these are (st_ino of its directory) */
    uint64_t quota,
        period;  /* the tightest quota / period on the way up; quota CGROUP_NO_LIMIT: none */
    CpuSet cpus; /* the host's CPUs it may use now (effective, not configured); empty: no cpuset */
    uint64_t user, nice, system; /* nice is not in user; v1 does not tell it */
    CpuUsage
        *per_cpu; /* by the host's CPU number, n_per_cpu of them; NULL: not told (v2).  Owned */
    unsigned n_per_cpu;
    uint64_t throttled; /* summed over CPUs, of the cgroup that has the tightest quota */
} CgroupCpu;

/* What a cpuset holds: CPUs, or memory nodes. */
typedef enum { CGROUP_CPUSET_CPUS, CGROUP_CPUSET_MEMS } CgroupCpusetList;

/* All fail with READ_ERROR_GONE if the container's cgroup was removed, READ_ERROR_MALFORMED, or
 * READ_ERROR_IO; *ret is untouched then. */
/* With @ret_events (may be NULL) what cgroup_read_events() tells, too: memory.stat is read once. */
bool cgroup_read_memory(const Cgroups *cgroups, CgroupMemory *ret, CgroupEvents *ret_events,
                        GError **error);
/* How many CPUs: quota, period, cpus; and @throttled, which belongs to that quota, if it is wanted.
 */
bool cgroup_read_cpu_limits(const Cgroups *cgroups, bool throttled, CgroupCpu *ret, GError **error);
/* The rest of @ret. */
bool cgroup_read_cpu_times(const Cgroups *cgroups, CgroupCpu *ret, GError **error);
void cgroup_cpu_clear(CgroupCpu *cpu);
/* Those it may use now (effective, not configured), the host's numbers; empty: no cpuset. */
bool cgroup_read_cpuset(const Cgroups *cgroups, CgroupCpusetList list, CpuSet *ret, GError **error);

/* The number of this container's cgroup, which no other cgroup gets for as long as the machine is
 * up: the kernfs id (st_ino) in the hierarchy in which it is deepest; 0 for the host.  Together
 * with its paths it tells a container from all others (fs/containers.h). */
bool cgroup_container_id(const CgroupLayout *layout, const CgroupPaths *container, uint64_t *ret,
                         GError **error);
