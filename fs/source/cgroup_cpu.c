/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The controllers cpu and cpuacct. */

#include "fs/source/cgroup.h"

#include "common/fd.h"
#include "common/number.h"
#include "fs/source/cgroup_level.h"
#include "fs/source/cgroup_versions.h"

#include <fcntl.h>

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
    return level->version == 1 ? cgroup_v1_quota(level->dir, ret, error)
                               : cgroup_v2_quota(level->dir, ret, error);
}

static bool
throttled_read(unsigned version, int dir, uint64_t *ret, GError **error)
{
    return version == 1 ? cgroup_v1_throttled(dir, ret, error)
                        : cgroup_v2_throttled(dir, ret, error);
}

static bool
read_quota(const CgroupLayout *layout, const CgroupPaths *container, CgroupCpu *cpu, GError **error)
{
    CgroupQuota tightest = {.quota = CGROUP_NO_LIMIT}, quota;
    g_auto(CgroupLevel) level = {.dir = -1};
    autofd tightest_dir = -1;

    if (!cgroup_level_of(layout, container, CGROUP_CPU, &level, error))
        return false;
    while (level.dir >= 0) {
        if (!quota_read(&level, &quota, error))
            return false;
        if (is_tighter(&quota, &tightest)) {
            tightest = quota;
            fd_clear(&tightest_dir);
            tightest_dir = fcntl(level.dir, F_DUPFD_CLOEXEC, 0);
        }
        if (!cgroup_level_up(&level, error))
            return false;
    }
    cpu->quota = tightest.quota;
    cpu->period = tightest.period;
    return tightest.quota == CGROUP_NO_LIMIT ||
           throttled_read(level.version, tightest_dir, &cpu->throttled, error);
}

bool
cgroup_read_cpu_limits(const CgroupLayout *layout, const CgroupPaths *container, CgroupCpu *ret,
                       GError **error)
{
    CgroupCpu cpu = *ret;

    if (!read_quota(layout, container, &cpu, error))
        return cgroup_failed(layout, container, CGROUP_CPU, error);
    if (!cgroup_read_cpuset(layout, container, CGROUP_CPUSET_CPUS, &cpu.cpus, error))
        return false;
    *ret = cpu;
    return true;
}

static bool
read_times(const CgroupLayout *layout, const CgroupPaths *container, CgroupCpu *ret, GError **error)
{
    g_auto(CgroupLevel) level = {.dir = -1};
    uint64_t id;
    int dir;

    if (!cgroup_level_of(layout, container, CGROUP_CPUACCT, &level, error))
        return false;
    dir = level.dir;
    if (dir < 0) {
        ret->is_root = true;
        return true;
    }
    if (!cgroup_directory_id(dir, &id, error) ||
        !(level.version == 1 ? cgroup_v1_cpu_times(dir, ret, error)
                             : cgroup_v2_cpu_times(dir, ret, error)))
        return false;
    ret->is_root = false;
    ret->id = id;
    return true;
}

bool
cgroup_read_cpu_times(const CgroupLayout *layout, const CgroupPaths *container, CgroupCpu *ret,
                      GError **error)
{
    return read_times(layout, container, ret, error) ||
           cgroup_failed(layout, container, CGROUP_CPUACCT, error);
}

void
cgroup_cpu_clear(CgroupCpu *cpu)
{
    g_clear_pointer(&cpu->per_cpu, g_free);
    cpu->n_per_cpu = 0;
}
