/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/source: what cgroup.c asks of either version of cgroups, the same questions to
 * both.  @dir is one cgroup; units as in fs/source/cgroup.h. */

#pragma once

#include "fs/source/cgroup.h"
#include "fs/source/host.h"

/* One cgroup's own numbers. */
typedef struct {
    uint64_t limit, usage; /* usage is read only where something needs it, else 0 */
    bool swap_known;
    uint64_t swap_limit, swap_usage;
} CgroupMemoryLevel;

typedef struct {
    uint64_t quota, period; /* quota CGROUP_NO_LIMIT: none */
} CgroupQuota;

/* Whatever the version does not tell is left as it is, swap_usage too.  [pure] */
bool cgroup_v1_memory_stat(const HostText *stat, CgroupMemory *ret, GError **error);
bool cgroup_v2_memory_stat(const HostText *stat, CgroupMemory *ret, GError **error);

/* The usages are read if something is limited, or if @always. */
bool cgroup_v1_memory_level(int dir, bool always, CgroupMemoryLevel *ret, GError **error);
bool cgroup_v2_memory_level(int dir, bool always, CgroupMemoryLevel *ret, GError **error);

/* All kernel memory, which v1's memory.stat does not tell; 0 if it is not accounted. */
bool cgroup_v1_kernel_memory(int dir, uint64_t *ret, GError **error);
/* True in *ret if @dir's children are counted in @dir too. */
bool cgroup_v1_memory_is_hierarchical(int dir, bool *ret, GError **error);

bool cgroup_v1_quota(int dir, CgroupQuota *ret, GError **error);
bool cgroup_v2_quota(int dir, CgroupQuota *ret, GError **error);
bool cgroup_v1_throttled(int dir, uint64_t *ret, GError **error);
bool cgroup_v2_throttled(int dir, uint64_t *ret, GError **error);

/* All CPU time, with the cgroups below.  Microseconds. */
bool cgroup_v1_cpu_usage(int dir, uint64_t *ret, GError **error);
bool cgroup_v2_cpu_usage(int dir, uint64_t *ret, GError **error);

/* user, nice, system, per_cpu and n_per_cpu of @ret. */
bool cgroup_v1_cpu_times(int dir, CgroupCpu *ret, GError **error);
bool cgroup_v2_cpu_times(int dir, CgroupCpu *ret, GError **error);

/* [pure]  READ_ERROR_MALFORMED. */
bool cgroup_v2_cpu_max_parse(const HostText *text, CgroupQuota *ret, GError **error);
