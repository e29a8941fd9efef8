/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cgroup v1: linux:Documentation/admin-guide/cgroup-v1/memory.rst, cpuacct.rst and
 * scheduler/sched-bwc.rst. */

#include "fs/source/cgroup_versions.h"

#include "common/error.h"
#include "common/number.h"
#include "fs/source/cgroup_level.h"

#include <stddef.h>

/* No count reaches it. */
#define UNKNOWN NUMBER_MAX
/* "No limit" is LONG_MAX rounded down to a page, whatever the size of a page. */
#define LIMIT_MAX (UINT64_C(1) << 62)
#define NSEC_PER_USEC 1000u

/* "total_": with the cgroups below it. */
static const LineKey memory_keys[] = {
    {"total_rss", offsetof(CgroupMemory, anon)},
    {"total_cache", offsetof(CgroupMemory, file)},
    {"total_shmem", offsetof(CgroupMemory, shmem)},
    {"total_mapped_file", offsetof(CgroupMemory, file_mapped)},
    {"total_dirty", offsetof(CgroupMemory, file_dirty)},
    {"total_writeback", offsetof(CgroupMemory, file_writeback)},
    {"total_swapcached", offsetof(CgroupMemory, swapcached)},
    {"total_swap", offsetof(CgroupMemory, swap_usage)},
    {"total_rss_huge", offsetof(CgroupMemory, anon_thp)},
    {"total_inactive_anon", offsetof(CgroupMemory, inactive_anon)},
    {"total_active_anon", offsetof(CgroupMemory, active_anon)},
    {"total_inactive_file", offsetof(CgroupMemory, inactive_file)},
    {"total_active_file", offsetof(CgroupMemory, active_file)},
    {"total_unevictable", offsetof(CgroupMemory, unevictable)},
};

bool
cgroup_v1_memory_stat(const HostText *stat, CgroupMemory *ret, GError **error)
{
    CgroupMemory memory = *ret;

    memory.anon = memory.file = UNKNOWN;
    if (!lines_read_keys(stat->text, stat->len, memory_keys, G_N_ELEMENTS(memory_keys), &memory,
                         error)) {
        g_prefix_error(error, "memory.stat: ");
        return false;
    }
    if (memory.anon == UNKNOWN || memory.file == UNKNOWN) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED,
                    "memory.stat: no total_rss or no total_cache");
        return false;
    }
    *ret = memory;
    return true;
}

static uint64_t
limit_of(uint64_t number)
{
    return number > LIMIT_MAX ? CGROUP_NO_LIMIT : number;
}

/* memsw is memory and swap together; without accounting of swap there is none.  It is never less
 * than the limit of memory: where that is none it needs not be read. */
static bool
swap_limit(const CgroupLevel *level, bool own, CgroupMemoryLevel *memory, GError **error)
{
    static const char file[] = "memory.memsw.limit_in_bytes";
    uint64_t limit;

    if (memory->limit == CGROUP_NO_LIMIT)
        return !own || cgroup_directory_has(level->dir, file, &memory->swap_known, error);
    if (!cgroup_file_number_or(level, file, UNKNOWN, &limit, error))
        return false;
    memory->swap_known = limit != UNKNOWN;
    limit = limit_of(limit);
    if (limit != CGROUP_NO_LIMIT)
        memory->swap_limit = number_sub(limit, memory->limit);
    return true;
}

bool
cgroup_v1_swap_usage(const CgroupLevel *level, uint64_t usage, uint64_t *ret, GError **error)
{
    uint64_t both;

    if (!cgroup_file_number(level, "memory.memsw.usage_in_bytes", &both, error))
        return false;
    *ret = number_sub(both, usage);
    return true;
}

bool
cgroup_v1_memory_level(const CgroupLevel *level, bool own, CgroupMemoryLevel *ret, GError **error)
{
    CgroupMemoryLevel memory = {.swap_limit = CGROUP_NO_LIMIT};

    if (!cgroup_file_number(level, "memory.limit_in_bytes", &memory.limit, error))
        return false;
    memory.limit = limit_of(memory.limit);
    if ((own || memory.limit != CGROUP_NO_LIMIT) &&
        !cgroup_file_number(level, "memory.usage_in_bytes", &memory.usage, error))
        return false;
    if (!swap_limit(level, own, &memory, error))
        return false;
    if (!own && memory.swap_limit != CGROUP_NO_LIMIT &&
        !cgroup_v1_swap_usage(level, memory.usage, &memory.swap_usage, error))
        return false;
    *ret = memory;
    return true;
}

bool
cgroup_v1_kernel_memory(const CgroupLevel *level, uint64_t *ret, GError **error)
{
    return cgroup_file_number_or(level, "memory.kmem.usage_in_bytes", 0, ret, error);
}

bool
cgroup_v1_memory_is_hierarchical(const CgroupLevel *level, bool *ret, GError **error)
{
    uint64_t flag;

    /* Always so, and one day without the file, since Linux 5.11. */
    if (!cgroup_file_number_or(level, "memory.use_hierarchy", 1, &flag, error))
        return false;
    *ret = flag != 0;
    return true;
}

bool
cgroup_v1_quota(const CgroupLevel *level, CgroupQuota *ret, GError **error)
{
    g_auto(HostText) text = {0};
    CgroupQuota quota = {.quota = CGROUP_NO_LIMIT};
    Span line;

    if (!cgroup_file_read(level, "cpu.cfs_quota_us", &text, error))
        return false;
    if (!text.text || span_equals(line = cgroup_first_line(&text), "-1")) {
        *ret = quota;
        return true;
    }
    if (!span_number(line, &quota.quota, error)) {
        g_prefix_error(error, "cpu.cfs_quota_us: ");
        return false;
    }
    if (!cgroup_file_number(level, "cpu.cfs_period_us", &quota.period, error))
        return false;
    if (quota.period == 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "cpu.cfs_period_us: 0");
        return false;
    }
    *ret = quota;
    return true;
}

bool
cgroup_v1_throttled(const CgroupLevel *level, uint64_t *ret, GError **error)
{
    static const LineKey keys[] = {{"throttled_time", 0}};
    g_auto(HostText) text = {0};
    uint64_t nsec = UNKNOWN;

    if (!cgroup_file_text(level, "cpu.stat", &text, error))
        return false;
    if (!lines_read_keys(text.text, text.len, keys, G_N_ELEMENTS(keys), &nsec, error)) {
        g_prefix_error(error, "cpu.stat: ");
        return false;
    }
    if (nsec == UNKNOWN) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "cpu.stat: no throttled_time");
        return false;
    }
    *ret = nsec / NSEC_PER_USEC;
    return true;
}
