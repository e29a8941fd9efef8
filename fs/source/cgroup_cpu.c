/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The controllers cpu, cpuset and cpuacct. */

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

/* Older v1 kernels tell only what was configured. */
static bool
cpuset_find(CgroupLevel *level, HostText *ret, GError **error)
{
    if (level->version != 1)
        return cgroup_level_find(level, "cpuset.cpus.effective", ret, error);
    if (!cgroup_file_read(level->dir, "cpuset.effective_cpus", ret, error))
        return false;
    return ret->text || cgroup_file_read(level->dir, "cpuset.cpus", ret, error);
}

/* A v1 cpuset that nobody filled in has no CPUs and no processes: its parent's count. */
static bool
read_cpuset(const CgroupLayout *layout, const CgroupPaths *container, CpuSet *ret, GError **error)
{
    g_auto(CgroupLevel) level = {.dir = -1};
    CpuSet cpus = {0};

    if (!cgroup_level_of(layout, container, CGROUP_CPUSET, &level, error))
        return false;
    while (level.dir >= 0 && cpuset_count(&cpus) == 0) {
        g_auto(HostText) text = {0};

        if (!cpuset_find(&level, &text, error))
            return false;
        if (text.text && !cpuset_parse(text.text, text.len, &cpus, error))
            return false;
        if (!cgroup_level_up(&level, error))
            return false;
    }
    *ret = cpus;
    return true;
}

bool
cgroup_read_cpu_limits(const CgroupLayout *layout, const CgroupPaths *container, CgroupCpu *ret,
                       GError **error)
{
    CgroupCpu cpu = *ret;

    if (!read_quota(layout, container, &cpu, error))
        return cgroup_failed(layout, container, CGROUP_CPU, error);
    if (!read_cpuset(layout, container, &cpu.cpus, error))
        return cgroup_failed(layout, container, CGROUP_CPUSET, error);
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
