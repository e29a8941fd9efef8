/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The controllers cpu and cpuacct. */

#include "fs/source/cgroup.h"

#include "common/number.h"
#include "fs/source/cgroup_level.h"
#include "fs/source/cgroup_versions.h"

/* a/b < c/d.  Rounding down keeps an integer comparison true. */
static bool
is_tighter(const CgroupQuota *a, const CgroupQuota *b)
{
    if (a->quota == CGROUP_NO_LIMIT)
        return false;
    return b->quota == CGROUP_NO_LIMIT || number_mul_div(a->quota, b->period, a->period) < b->quota;
}

static bool
quota_read(const CgroupLevel *level, CgroupQuota *ret, GError **error)
{
    return level->version == 1 ? cgroup_v1_quota(level, ret, error)
                               : cgroup_v2_quota(level, ret, error);
}

static bool
throttled_read(const CgroupLevel *level, uint64_t *ret, GError **error)
{
    return level->version == 1 ? cgroup_v1_throttled(level, ret, error)
                               : cgroup_v2_throttled(level, ret, error);
}

static bool
read_quota(const Cgroups *cgroups, bool throttled, CgroupCpu *cpu, GError **error)
{
    CgroupQuota tightest = {.quota = CGROUP_NO_LIMIT}, quota;
    g_auto(CgroupLevel) level = {0}, tightest_level = {0};

    if (!cgroup_level_of(cgroups, CGROUP_CPU, &level, error))
        return false;
    while (level.dir) {
        if (!quota_read(&level, &quota, error))
            return false;
        if (is_tighter(&quota, &tightest)) {
            tightest = quota;
            cgroup_level_clear(&tightest_level);
            cgroup_level_copy(&level, &tightest_level);
        }
        if (!cgroup_level_up(&level, error))
            return false;
    }
    cpu->quota = tightest.quota;
    cpu->period = tightest.period;
    return !throttled || tightest.quota == CGROUP_NO_LIMIT ||
           throttled_read(&tightest_level, &cpu->throttled, error);
}

bool
cgroup_read_cpu_limits(const Cgroups *cgroups, bool throttled, CgroupCpu *ret, GError **error)
{
    CgroupCpu cpu = *ret;

    if (!read_quota(cgroups, throttled, &cpu, error))
        return cgroup_failed(cgroups, CGROUP_CPU, error);
    if (!cgroup_read_cpuset(cgroups, CGROUP_CPUSET_CPUS, &cpu.cpus, error))
        return false;
    *ret = cpu;
    return true;
}

static bool
read_times(const Cgroups *cgroups, CgroupCpu *ret, GError **error)
{
    g_auto(CgroupLevel) level = {0};

    if (!cgroup_level_of(cgroups, CGROUP_CPUACCT, &level, error))
        return false;
    if (!level.dir) {
        ret->is_root = true;
        return true;
    }
    if (!(level.version == 1 ? cgroup_v1_cpu_times(&level, ret, error)
                             : cgroup_v2_cpu_times(&level, ret, error)))
        return false;
    ret->is_root = false;
    ret->id = cgroup_directory_id(level.dir);
    return true;
}

bool
cgroup_read_cpu_times(const Cgroups *cgroups, CgroupCpu *ret, GError **error)
{
    return read_times(cgroups, ret, error) || cgroup_failed(cgroups, CGROUP_CPUACCT, error);
}

void
cgroup_cpu_clear(CgroupCpu *cpu)
{
    g_clear_pointer(&cpu->per_cpu, g_free);
    cpu->n_per_cpu = 0;
}
