/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/control/paths.h"

#include <errno.h>
#include <string.h>

/* True if v2 has controllers here; beside v1 it may be there without any, and then engines make no
 * cgroups in it. */
static bool
unified_counts(const CgroupLayout *layout)
{
    bool any_v1 = false;

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        if (layout->controllers[i].version == 2 && i != CGROUP_CPUACCT && i != CGROUP_FREEZER)
            return true; /* those two v2 has built in, even if it has nothing else */
        any_v1 |= layout->controllers[i].version == 1;
    }
    return !any_v1;
}

static void
same_everywhere(const CgroupLayout *layout, const char *path, CgroupPaths *ret)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (layout->controllers[i].version == 1)
            ret->v1[i] = g_strdup(path);
    if (layout->unified.version == 2)
        ret->unified = g_strdup(unified_counts(layout) ? path : "/");
}

static bool
refuse(const char *controller, const char *why, GError **error)
{
    g_set_error(error, CONTROL_REFUSAL, EINVAL, "cgroup.%s: %s", controller, why);
    return false;
}

static bool
set_once(char **place, const char *path, const char *controller, GError **error)
{
    if (*place && strcmp(*place, path) != 0)
        return refuse(controller, "another path was given for the same hierarchy", error);
    g_free(*place);
    *place = g_strdup(path);
    return true;
}

/* In all the controllers that share the hierarchy of @controller. */
static bool
set_v1(const CgroupLayout *layout, unsigned controller, const char *path, CgroupPaths *ret,
       GError **error)
{
    const char *mount_point = layout->controllers[controller].mount_point;

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (layout->controllers[i].version == 1 &&
            g_strcmp0(layout->controllers[i].mount_point, mount_point) == 0 &&
            !set_once(&ret->v1[i], path, cgroup_controller_name(controller, 1), error))
            return false;
    return true;
}

static bool
set_named(const CgroupLayout *layout, const CgroupPaths *named, CgroupPaths *ret, GError **error)
{
    if (named->unified && !set_once(&ret->unified, named->unified, "unified", error))
        return false;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        const char *name = cgroup_controller_name(i, 1);

        if (!named->v1[i])
            continue;
        if (layout->controllers[i].version == 0)
            return refuse(name, "there is no such controller here", error);
        if (layout->controllers[i].version == 2
                ? !set_once(&ret->unified, named->v1[i], name, error)
                : !set_v1(layout, i, named->v1[i], ret, error))
            return false;
    }
    return true;
}

static void
fill_up(const CgroupLayout *layout, CgroupPaths *paths)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (layout->controllers[i].version == 1 && !paths->v1[i])
            paths->v1[i] = g_strdup("/");
    if (layout->unified.version == 2 && !paths->unified)
        paths->unified = g_strdup("/");
}

bool
control_paths(const CgroupLayout *layout, const ControlRequest *request, CgroupPaths *ret,
              GError **error)
{
    g_auto(CgroupPaths) paths = {0};

    if (request->cgroup)
        same_everywhere(layout, request->cgroup, &paths);
    else if (!set_named(layout, &request->cgroups, &paths, error))
        return false;
    fill_up(layout, &paths);
    if (cgroup_paths_are_root(&paths)) {
        g_set_error(error, CONTROL_REFUSAL, EINVAL, "the root is no container");
        return false;
    }
    *ret = paths;
    paths = (CgroupPaths){0};
    return true;
}
