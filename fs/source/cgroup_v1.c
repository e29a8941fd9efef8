/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cgroup v1: linux:Documentation/admin-guide/cgroup-v1/memory.rst, cpuacct.rst and
 * scheduler/sched-bwc.rst. */

#include "fs/source/cgroup_versions.h"

#include "common/error.h"
#include "common/io.h"
#include "common/number.h"
#include "fs/source/cgroup_level.h"
#include "fs/source/kept.h"

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

/* memsw is memory and swap together; without accounting of swap there is none. */
static bool
swap_level(int dir, bool always, CgroupMemoryLevel *level, GError **error)
{
    uint64_t limit, both;

    if (!cgroup_file_number_or(dir, "memory.memsw.limit_in_bytes", UNKNOWN, &limit, error))
        return false;
    if (limit == UNKNOWN)
        return true;
    level->swap_known = true;
    limit = limit_of(limit);
    if (limit != CGROUP_NO_LIMIT)
        level->swap_limit =
            level->limit == CGROUP_NO_LIMIT ? limit : number_sub(limit, level->limit);
    if (!always && limit == CGROUP_NO_LIMIT)
        return true;
    if (!cgroup_file_number(dir, "memory.memsw.usage_in_bytes", &both, error))
        return false;
    level->swap_usage = number_sub(both, level->usage);
    return true;
}

bool
cgroup_v1_memory_level(int dir, bool always, CgroupMemoryLevel *ret, GError **error)
{
    CgroupMemoryLevel level = {.swap_limit = CGROUP_NO_LIMIT};

    if (!cgroup_file_number(dir, "memory.limit_in_bytes", &level.limit, error))
        return false;
    level.limit = limit_of(level.limit);
    if ((always || level.limit != CGROUP_NO_LIMIT) &&
        !cgroup_file_number(dir, "memory.usage_in_bytes", &level.usage, error))
        return false;
    if (!swap_level(dir, always, &level, error))
        return false;
    *ret = level;
    return true;
}

bool
cgroup_v1_kernel_memory(int dir, uint64_t *ret, GError **error)
{
    return cgroup_file_number_or(dir, "memory.kmem.usage_in_bytes", 0, ret, error);
}

bool
cgroup_v1_memory_is_hierarchical(int dir, bool *ret, GError **error)
{
    uint64_t flag;

    /* Always so, and one day without the file, since Linux 5.11. */
    if (!cgroup_file_number_or(dir, "memory.use_hierarchy", 1, &flag, error))
        return false;
    *ret = flag != 0;
    return true;
}

bool
cgroup_v1_quota(int dir, CgroupQuota *ret, GError **error)
{
    g_auto(HostText) text = {0};
    CgroupQuota quota = {.quota = CGROUP_NO_LIMIT};
    Span line;

    if (!cgroup_file_read(dir, "cpu.cfs_quota_us", &text, error))
        return false;
    if (!text.text || span_equals(line = cgroup_first_line(&text), "-1")) {
        *ret = quota;
        return true;
    }
    if (!span_number(line, &quota.quota, error)) {
        g_prefix_error(error, "cpu.cfs_quota_us: ");
        return false;
    }
    if (!cgroup_file_number(dir, "cpu.cfs_period_us", &quota.period, error))
        return false;
    if (quota.period == 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "cpu.cfs_period_us: 0");
        return false;
    }
    *ret = quota;
    return true;
}

bool
cgroup_v1_throttled(int dir, uint64_t *ret, GError **error)
{
    static const LineKey keys[] = {{"throttled_time", 0}};
    g_autofree char *text = NULL;
    uint64_t nsec = UNKNOWN;
    size_t len;

    text = kept_read(dir, "cpu.stat", &len, error);
    if (!text)
        return false;
    if (!lines_read_keys(text, len, keys, G_N_ELEMENTS(keys), &nsec, error)) {
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
