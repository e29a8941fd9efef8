/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/source: what cgroup.c asks of either version of cgroups, the same questions to
 * both.  @level is one cgroup; units as in fs/source/cgroup.h. */

#pragma once

#include "fs/source/cgroup.h"
#include "fs/source/cgroup_events.h"
#include "fs/source/cgroup_level.h"

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

/* The usages are read if something is limited, or if it is the container's @own; but v1's
 * swap_usage not: memory.stat tells it, and else the third. */
bool cgroup_v1_memory_level(const CgroupLevel *level, bool own, CgroupMemoryLevel *ret,
                            GError **error);
bool cgroup_v2_memory_level(const CgroupLevel *level, bool own, CgroupMemoryLevel *ret,
                            GError **error);
/* @usage is that of memory. */
bool cgroup_v1_swap_usage(const CgroupLevel *level, uint64_t usage, uint64_t *ret, GError **error);

/* Of the cgroup that counts: @stat is its memory.stat. */
bool cgroup_events_of(const CgroupLevel *level, const HostText *stat, CgroupEvents *ret,
                      GError **error);

/* All kernel memory, which v1's memory.stat does not tell; 0 if it is not accounted. */
bool cgroup_v1_kernel_memory(const CgroupLevel *level, uint64_t *ret, GError **error);
/* True in *ret if what is used below @level is counted there too. */
bool cgroup_v1_memory_is_hierarchical(const CgroupLevel *level, bool *ret, GError **error);

bool cgroup_v1_quota(const CgroupLevel *level, CgroupQuota *ret, GError **error);
bool cgroup_v2_quota(const CgroupLevel *level, CgroupQuota *ret, GError **error);
bool cgroup_v1_throttled(const CgroupLevel *level, uint64_t *ret, GError **error);
bool cgroup_v2_throttled(const CgroupLevel *level, uint64_t *ret, GError **error);

/* All CPU time, with the cgroups below.  Microseconds. */
bool cgroup_v1_cpu_usage(const CgroupLevel *level, uint64_t *ret, GError **error);
bool cgroup_v2_cpu_usage(const CgroupLevel *level, uint64_t *ret, GError **error);

/* user, nice, system, per_cpu and n_per_cpu of @ret. */
bool cgroup_v1_cpu_times(const CgroupLevel *level, CgroupCpu *ret, GError **error);
bool cgroup_v2_cpu_times(const CgroupLevel *level, CgroupCpu *ret, GError **error);

/* [pure]  READ_ERROR_MALFORMED. */
bool cgroup_v2_cpu_max_parse(const HostText *text, CgroupQuota *ret, GError **error);
