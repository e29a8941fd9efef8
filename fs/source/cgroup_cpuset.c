/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The controller cpuset. */

#include "fs/source/cgroup.h"

#include "fs/source/cgroup_level.h"

static const struct {
    const char *v2, *v1;
    const char *v1_configured; /* older v1 kernels tell only that */
} files[] = {
    [CGROUP_CPUSET_CPUS] = {"cpuset.cpus.effective", "cpuset.effective_cpus", "cpuset.cpus"},
    [CGROUP_CPUSET_MEMS] = {"cpuset.mems.effective", "cpuset.effective_mems", "cpuset.mems"},
};

static bool
find(CgroupLevel *level, CgroupCpusetList list, HostText *ret, GError **error)
{
    if (level->version != 1)
        return cgroup_level_find(level, files[list].v2, ret, error);
    if (!cgroup_file_read(level, files[list].v1, ret, error))
        return false;
    return ret->text || cgroup_file_read(level, files[list].v1_configured, ret, error);
}

/* A v1 cpuset that nobody filled in has no CPUs and no processes: its parent's count. */
static bool
read_list(CgroupLevel *level, CgroupCpusetList list, CpuSet *ret, GError **error)
{
    CpuSet members = {0};

    while (level->dir) {
        g_auto(HostText) text = {0};

        if (!find(level, list, &text, error))
            return false;
        if (text.text && !cpuset_parse(text.text, text.len, &members, error))
            return false;
        if (cpuset_count(&members) > 0)
            break;
        if (!cgroup_level_up(level, error))
            return false;
    }
    *ret = members;
    return true;
}

bool
cgroup_read_cpuset(const Cgroups *cgroups, CgroupCpusetList list, CpuSet *ret, GError **error)
{
    g_auto(CgroupLevel) level = {0};

    return (cgroup_level_of(cgroups, CGROUP_CPUSET, &level, error) &&
            read_list(&level, list, ret, error)) ||
           cgroup_failed(cgroups, CGROUP_CPUSET, error);
}
