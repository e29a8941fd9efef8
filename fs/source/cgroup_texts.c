/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup_texts.h"

#include "common/error.h"
#include "fs/source/cgroup_level.h"

/* Kernels that were told not to count (psi=0, nokmem) have the file but refuse to read it. */
static bool
forgive(GError **problem, GError **error)
{
    if (g_error_matches(*problem, READ_ERROR, READ_ERROR_IO)) {
        g_clear_error(problem);
        return true;
    }
    g_propagate_error(error, g_steal_pointer(problem));
    return false;
}

bool
cgroup_read_pressure(const Cgroups *cgroups, const char *file, HostText *ret, GError **error)
{
    g_auto(CgroupLevel) level = {0};
    g_autoptr(GError) problem = NULL;
    HostText text = {0};

    if (!cgroup_level_of_unified(cgroups, &level, error))
        return false;
    if (!cgroup_level_find(&level, file, &text, &problem) && !forgive(&problem, error))
        return false;
    *ret = text;
    return true;
}

bool
cgroup_read_slabinfo(const Cgroups *cgroups, HostText *ret, GError **error)
{
    g_auto(CgroupLevel) level = {0};
    g_autoptr(GError) problem = NULL;
    HostText text = {0};

    if (!cgroup_level_of(cgroups, CGROUP_MEMORY, &level, error))
        return cgroup_failed(cgroups, CGROUP_MEMORY, error);
    if (level.dir && level.version == 1 &&
        !cgroup_file_read(&level, "memory.kmem.slabinfo", &text, &problem) &&
        !forgive(&problem, error))
        return cgroup_failed(cgroups, CGROUP_MEMORY, error);
    if (text.len == 0)
        host_text_clear(&text);
    *ret = text;
    return true;
}
