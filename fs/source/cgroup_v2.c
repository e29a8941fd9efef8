/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cgroup v2: linux:Documentation/admin-guide/cgroup-v2.rst. */

#include "fs/source/cgroup_versions.h"

#include "common/error.h"
#include "common/number.h"
#include "fs/source/cgroup_level.h"

#include <stddef.h>

/* No count reaches it. */
#define UNKNOWN NUMBER_MAX

static const LineKey memory_keys[] = {
    {"anon", offsetof(CgroupMemory, anon)},
    {"file", offsetof(CgroupMemory, file)},
    {"kernel", offsetof(CgroupMemory, kernel)},
    {"kernel_stack", offsetof(CgroupMemory, kernel_stack)},
    {"pagetables", offsetof(CgroupMemory, pagetables)},
    {"sec_pagetables", offsetof(CgroupMemory, sec_pagetables)},
    {"percpu", offsetof(CgroupMemory, percpu)},
    {"vmalloc", offsetof(CgroupMemory, vmalloc)},
    {"shmem", offsetof(CgroupMemory, shmem)},
    {"zswap", offsetof(CgroupMemory, zswap)},
    {"zswapped", offsetof(CgroupMemory, zswapped)},
    {"file_mapped", offsetof(CgroupMemory, file_mapped)},
    {"file_dirty", offsetof(CgroupMemory, file_dirty)},
    {"file_writeback", offsetof(CgroupMemory, file_writeback)},
    {"swapcached", offsetof(CgroupMemory, swapcached)},
    {"anon_thp", offsetof(CgroupMemory, anon_thp)},
    {"file_thp", offsetof(CgroupMemory, file_thp)},
    {"shmem_thp", offsetof(CgroupMemory, shmem_thp)},
    {"inactive_anon", offsetof(CgroupMemory, inactive_anon)},
    {"active_anon", offsetof(CgroupMemory, active_anon)},
    {"inactive_file", offsetof(CgroupMemory, inactive_file)},
    {"active_file", offsetof(CgroupMemory, active_file)},
    {"unevictable", offsetof(CgroupMemory, unevictable)},
    {"slab_reclaimable", offsetof(CgroupMemory, slab_reclaimable)},
    {"slab_unreclaimable", offsetof(CgroupMemory, slab_unreclaimable)},
};

bool
cgroup_v2_memory_stat(const HostText *stat, CgroupMemory *ret, GError **error)
{
    CgroupMemory memory = *ret;

    memory.anon = memory.file = memory.kernel = UNKNOWN;
    if (!lines_read_keys(stat->text, stat->len, memory_keys, G_N_ELEMENTS(memory_keys), &memory,
                         error)) {
        g_prefix_error(error, "memory.stat: ");
        return false;
    }
    if (memory.anon == UNKNOWN || memory.file == UNKNOWN) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "memory.stat: no anon or no file");
        return false;
    }
    if (memory.kernel == UNKNOWN) { /* before Linux 5.18: the sum of what is told */
        memory.kernel = number_add(memory.slab_reclaimable, memory.slab_unreclaimable);
        memory.kernel = number_add(memory.kernel, memory.kernel_stack);
        memory.kernel = number_add(memory.kernel, memory.pagetables);
        memory.kernel = number_add(memory.kernel, memory.percpu);
    }
    *ret = memory;
    return true;
}

static bool
swap_level(const CgroupLevel *level, bool own, CgroupMemoryLevel *memory, GError **error)
{
    uint64_t limit, usage;

    if (!cgroup_file_number_or(level, "memory.swap.max", CGROUP_NO_LIMIT, &limit, error))
        return false;
    if (!own && limit == CGROUP_NO_LIMIT)
        return true;
    if (!cgroup_file_number_or(level, "memory.swap.current", UNKNOWN, &usage, error))
        return false;
    memory->swap_known = usage != UNKNOWN; /* else the kernel does not account swap */
    memory->swap_limit = limit;
    memory->swap_usage = memory->swap_known ? usage : 0;
    return true;
}

bool
cgroup_v2_memory_level(const CgroupLevel *level, bool own, CgroupMemoryLevel *ret, GError **error)
{
    CgroupMemoryLevel memory = {.swap_limit = CGROUP_NO_LIMIT};
    uint64_t max, high;

    if (!cgroup_file_number(level, "memory.max", &max, error) ||
        !cgroup_file_number(level, "memory.high", &high, error))
        return false;
    memory.limit = MIN(max, high);
    if ((own || memory.limit != CGROUP_NO_LIMIT) &&
        !cgroup_file_number(level, "memory.current", &memory.usage, error))
        return false;
    if (!swap_level(level, own, &memory, error))
        return false;
    *ret = memory;
    return true;
}

bool
cgroup_v2_cpu_max_parse(const HostText *text, CgroupQuota *ret, GError **error)
{
    Span rest = cgroup_first_line(text), quota, period, more;
    CgroupQuota parsed;

    if (span_next_word(&rest, &quota) && span_next_word(&rest, &period) &&
        !span_next_word(&rest, &more) &&
        number_parse_or_max(quota.text, quota.len, &parsed.quota, NULL) &&
        span_number(period, &parsed.period, NULL) && parsed.period > 0) {
        *ret = parsed;
        return true;
    }
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "cpu.max: not a quota and a period");
    return false;
}

bool
cgroup_v2_quota(const CgroupLevel *level, CgroupQuota *ret, GError **error)
{
    g_auto(HostText) text = {0};

    if (!cgroup_file_read(level, "cpu.max", &text, error))
        return false;
    if (text.text)
        return cgroup_v2_cpu_max_parse(&text, ret, error);
    *ret = (CgroupQuota){.quota = CGROUP_NO_LIMIT};
    return true;
}

/* The lines of cpu.stat that are wanted; UNKNOWN where there is none. */
typedef struct {
    uint64_t usage, user, nice, system, throttled;
} CpuStat;

static const LineKey cpu_keys[] = {
    {"usage_usec", offsetof(CpuStat, usage)},         {"user_usec", offsetof(CpuStat, user)},
    {"nice_usec", offsetof(CpuStat, nice)},           {"system_usec", offsetof(CpuStat, system)},
    {"throttled_usec", offsetof(CpuStat, throttled)},
};

static bool
cpu_stat_read(const CgroupLevel *level, CpuStat *ret, GError **error)
{
    CpuStat stat = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
    g_auto(HostText) text = {0};

    if (!cgroup_file_text(level, "cpu.stat", &text, error))
        return false;
    if (!lines_read_keys(text.text, text.len, cpu_keys, G_N_ELEMENTS(cpu_keys), &stat, error)) {
        g_prefix_error(error, "cpu.stat: ");
        return false;
    }
    *ret = stat;
    return true;
}

bool
cgroup_v2_throttled(const CgroupLevel *level, uint64_t *ret, GError **error)
{
    CpuStat stat;

    if (!cpu_stat_read(level, &stat, error))
        return false;
    if (stat.throttled == UNKNOWN) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "cpu.stat: no throttled_usec");
        return false;
    }
    *ret = stat.throttled;
    return true;
}

bool
cgroup_v2_cpu_usage(const CgroupLevel *level, uint64_t *ret, GError **error)
{
    CpuStat stat;

    if (!cpu_stat_read(level, &stat, error))
        return false;
    if (stat.usage == UNKNOWN) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "cpu.stat: no usage_usec");
        return false;
    }
    *ret = stat.usage;
    return true;
}

bool
cgroup_v2_cpu_times(const CgroupLevel *level, CgroupCpu *ret, GError **error)
{
    CpuStat stat;

    if (!cpu_stat_read(level, &stat, error))
        return false;
    if (stat.user == UNKNOWN || stat.system == UNKNOWN) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED,
                    "cpu.stat: no user_usec or no system_usec");
        return false;
    }
    if (stat.nice == UNKNOWN) /* before Linux 6.12 */
        stat.nice = 0;
    ret->user = number_sub(stat.user, stat.nice); /* user_usec contains it */
    ret->nice = stat.nice;
    ret->system = stat.system;
    return true;
}
