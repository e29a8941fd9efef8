/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /sys, and in it what the container may see of its cgroups: both read-only. */

#include "launcher/container.h"

#include "launcher/cgroup_join.h"
#include "launcher/launch_error.h"
#include "launcher/mounts.h"
#include "launcher/rootfs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

bool
sys_mount(Container *container, GError **error)
{
    autofd target_fd = rootfs_own_dir(container->tree_fd, "sys", error);

    if (target_fd < 0)
        return false;
    /* A new sysfs shows the network namespace it is made in; the host's may only be shown again. */
    if (container->sys_fd >= 0)
        container->sysfs_fd = fd_steal(&container->sys_fd);
    else
        container->sysfs_fd = mounts_new("sysfs", NULL, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, error);
    return container->sysfs_fd >= 0 &&
           mounts_set(container->sysfs_fd, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, true, error) &&
           mounts_attach(container->sysfs_fd, target_fd, "/sys", error);
}

/* "cpu" beside "cpu,cpuacct", as everywhere. */
static bool
link_controllers(int dir_fd, const PlanCgroup *cgroup, const char *name, GError **error)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        const char *controller = cgroup_controller_name(i, 1);

        if (cgroup->version == 1 && cgroup->has[i] && strcmp(controller, name) != 0 &&
            symlinkat(name, dir_fd, controller) < 0 && errno != EEXIST) {
            launch_error_set_errno(error, errno, "cannot make /sys/fs/cgroup/%s", controller);
            return false;
        }
    }
    return true;
}

/* @dir_fd gets a directory named as the hierarchy's mount in the host: "cpu,cpuacct". */
static bool
attach_one(const Container *container, const PlanCgroup *cgroup, int dir_fd, GError **error)
{
    const char *mount_point = container->layout->controllers[cgroup->controller].mount_point;
    const char *name = strrchr(mount_point, '/') + 1;
    autofd target_fd = -1, view_fd = -1;

    if (mkdirat(dir_fd, name, 0755) < 0 ||
        (target_fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC)) < 0) {
        launch_error_set_errno(error, errno, "cannot make /sys/fs/cgroup/%s", name);
        return false;
    }
    view_fd = cgroup_view(container->plan, container->layout, cgroup, error);
    return view_fd >= 0 && mounts_attach(view_fd, target_fd, name, error) &&
           link_controllers(dir_fd, cgroup, name, error);
}

/* v1 and hybrid: one directory for each hierarchy in a small tmpfs. */
static bool
attach_all(const Container *container, int target_fd, GError **error)
{
    const GPtrArray *cgroups = container->plan->cgroups;
    autofd dir_fd = mounts_new("tmpfs", "mode=0755,size=4k", MOUNTS_HARMLESS, error);

    if (dir_fd < 0 || !mounts_attach(dir_fd, target_fd, "/sys/fs/cgroup", error))
        return false;
    for (guint i = 0; i < cgroups->len; i++)
        if (!attach_one(container, cgroups->pdata[i], dir_fd, error))
            return false;
    return mounts_set(dir_fd, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, false, error);
}

bool
sys_mount_cgroups(Container *container, GError **error)
{
    const GPtrArray *cgroups = container->plan->cgroups;
    const PlanCgroup *first = cgroups->len ? cgroups->pdata[0] : NULL;
    autofd target_fd = -1, view_fd = -1;

    if (!first)
        return true;
    target_fd =
        openat(container->sysfs_fd, "fs/cgroup", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (target_fd < 0) {
        launch_error_set_errno(error, errno, "cannot open /sys/fs/cgroup");
        return false;
    }
    if (cgroups->len > 1 || first->version == 1)
        return attach_all(container, target_fd, error);
    view_fd = cgroup_view(container->plan, container->layout, first, error);
    return view_fd >= 0 && mounts_attach(view_fd, target_fd, "/sys/fs/cgroup", error);
}
