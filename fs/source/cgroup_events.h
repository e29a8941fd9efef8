/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What happened to a container's memory: the counters of memory.stat, by the names that
 * /proc/vmstat gives them, too. */

#pragma once

#include "fs/source/cgroups.h"
#include "fs/source/host.h"

/* linux:mm/memcontrol.c, memcg_vm_event_stat and memory_stats; which there are depends on the
 * kernel.  oom_kill is in memory.events (v1: memory.oom_control).  The aggregates pgscan and
 * pgsteal are not in vmstat; v1's pgpgin and pgpgout are not what vmstat means by them. */
#define CGROUP_EVENTS(EVENT)                                                                       \
    EVENT(pgfault)                                                                                 \
    EVENT(pgmajfault)                                                                              \
    EVENT(pgrefill)                                                                                \
    EVENT(pgscan_kswapd)                                                                           \
    EVENT(pgscan_direct)                                                                           \
    EVENT(pgscan_khugepaged)                                                                       \
    EVENT(pgscan_proactive)                                                                        \
    EVENT(pgsteal_kswapd)                                                                          \
    EVENT(pgsteal_direct)                                                                          \
    EVENT(pgsteal_khugepaged)                                                                      \
    EVENT(pgsteal_proactive)                                                                       \
    EVENT(pgactivate)                                                                              \
    EVENT(pgdeactivate)                                                                            \
    EVENT(pglazyfree)                                                                              \
    EVENT(pglazyfreed)                                                                             \
    EVENT(pswpin)                                                                                  \
    EVENT(pswpout)                                                                                 \
    EVENT(swpin_zero)                                                                              \
    EVENT(swpout_zero)                                                                             \
    EVENT(zswpin)                                                                                  \
    EVENT(zswpout)                                                                                 \
    EVENT(zswpwb)                                                                                  \
    EVENT(thp_fault_alloc)                                                                         \
    EVENT(thp_collapse_alloc)                                                                      \
    EVENT(thp_swpout)                                                                              \
    EVENT(thp_swpout_fallback)                                                                     \
    EVENT(numa_pages_migrated)                                                                     \
    EVENT(numa_pte_updates)                                                                        \
    EVENT(numa_hint_faults)                                                                        \
    EVENT(numa_task_migrated)                                                                      \
    EVENT(numa_task_swapped)                                                                       \
    EVENT(pgdemote_kswapd)                                                                         \
    EVENT(pgdemote_direct)                                                                         \
    EVENT(pgdemote_khugepaged)                                                                     \
    EVENT(pgdemote_proactive)                                                                      \
    EVENT(pgpromote_success)                                                                       \
    EVENT(workingset_refault)                                                                      \
    EVENT(workingset_refault_anon)                                                                 \
    EVENT(workingset_refault_file)                                                                 \
    EVENT(workingset_activate)                                                                     \
    EVENT(workingset_activate_anon)                                                                \
    EVENT(workingset_activate_file)                                                                \
    EVENT(workingset_restore)                                                                      \
    EVENT(workingset_restore_anon)                                                                 \
    EVENT(workingset_restore_file)                                                                 \
    EVENT(workingset_nodereclaim)                                                                  \
    EVENT(oom_kill)

/* Pages or occurrences, as the kernel counts them. */
typedef struct {
#define CGROUP_EVENT_FIELD(name) uint64_t name;
    CGROUP_EVENTS(CGROUP_EVENT_FIELD)
#undef CGROUP_EVENT_FIELD
} CgroupEventCounts;

#define CGROUP_EVENTS_N ((unsigned)(sizeof(CgroupEventCounts) / sizeof(uint64_t)))

typedef struct {
    bool is_root; /* the container has no memory cgroup: nothing was read */
    uint64_t id;  /* of the cgroup (st_ino) */
    CgroupEventCounts counts;
} CgroupEvents;

/* READ_ERROR_GONE, READ_ERROR_MALFORMED, READ_ERROR_IO. */
bool cgroup_read_events(const Cgroups *cgroups, CgroupEvents *ret, GError **error);

/* Parsers.  What a text does not tell stays.  [pure]  READ_ERROR_MALFORMED. */
bool cgroup_v1_events_parse(const HostText *stat, CgroupEventCounts *ret, GError **error);
/* memory.stat of v2, and /proc/vmstat. */
bool cgroup_v2_events_parse(const HostText *stat, CgroupEventCounts *ret, GError **error);
/* memory.events, memory.oom_control. */
bool cgroup_oom_kill_parse(const HostText *text, CgroupEventCounts *ret, GError **error);
