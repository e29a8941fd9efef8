/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/cgroup_join.h"

#include "common/fd.h"
#include "launcher/launch_error.h"
#include "launcher/mounts.h"

#include <fcntl.h>

static bool
join(const Plan *plan, const CgroupHierarchy *hierarchy, GError **error)
{
    g_autofree char *path = g_strdup_printf(PLAN_CGROUP_PARENT "/%s/tasks", plan->name);
    autofd fd = openat(hierarchy->fd, path, O_WRONLY | O_CLOEXEC);

    /* "0" in tasks is the one way in that does not wait for an RCU grace period: a single thread
     * moving itself (kernel/cgroup/cgroup.c, cgroup_procs_write_start). */
    if (fd >= 0 && write(fd, "0", 1) == 1)
        return true;
    launch_error_set_errno(error, errno, "cannot join %s/" PLAN_CGROUP_PARENT "/%s",
                           hierarchy->mount_point, plan->name);
    return false;
}

bool
cgroups_join(const Plan *plan, const CgroupLayout *layout, bool cpu, GError **error)
{
    for (guint i = 0; i < plan->cgroups->len; i++) {
        const PlanCgroup *cgroup = plan->cgroups->pdata[i];

        if (cgroup->version == 1 && cgroup->has[CGROUP_CPU] == cpu &&
            !join(plan, &layout->controllers[cgroup->controller], error))
            return false;
    }
    return true;
}

int
cgroup_view(const Plan *plan, const CgroupLayout *layout, const PlanCgroup *cgroup, GError **error)
{
    /* By path, unlike all else: only what is mounted in this mount namespace can be cloned, and the
     * hierarchy's fd is of the launcher's. */
    g_autofree char *path =
        g_strdup_printf("%s/" PLAN_CGROUP_PARENT "/%s",
                        layout->controllers[cgroup->controller].mount_point, plan->name);
    autofd fd = mounts_clone(AT_FDCWD, path, false, error);

    if (fd < 0 || !mounts_set(fd, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, false, error))
        return -1;
    return fd_steal(&fd);
}
