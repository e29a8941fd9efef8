/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /sys, and in it what the container may see of its cgroups: both read-only. */

#include "launcher/container.h"

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

/* The directory a hierarchy is mounted on in the host, as names are expected: "cpu,cpuacct". */
static const char *
mount_name(const MadeCgroup *cgroup)
{
    return strrchr(cgroup->hierarchy->mount_point, '/') + 1;
}

/* "cpu" beside "cpu,cpuacct", as everywhere. */
static bool
link_controllers(int dirfd, const MadeCgroup *cgroup, GError **error)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        const char *controller = cgroup_controller_name(i, 1);

        if (cgroup->version == 1 && cgroup->has[i] && strcmp(controller, mount_name(cgroup)) != 0 &&
            symlinkat(mount_name(cgroup), dirfd, controller) < 0 && errno != EEXIST) {
            launch_error_set_errno(error, errno, "cannot make /sys/fs/cgroup/%s", controller);
            return false;
        }
    }
    return true;
}

static bool
attach_one(int dirfd, const MadeCgroup *cgroup, GError **error)
{
    const char *name = mount_name(cgroup);
    autofd target_fd = -1;

    if (mkdirat(dirfd, name, 0755) < 0 ||
        (target_fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC)) < 0) {
        launch_error_set_errno(error, errno, "cannot make /sys/fs/cgroup/%s", name);
        return false;
    }
    return mounts_attach(cgroup->view_fd, target_fd, name, error) &&
           link_controllers(dirfd, cgroup, error);
}

/* v1 and hybrid: one directory for each hierarchy in a small tmpfs. */
static bool
attach_all(const GPtrArray *cgroups, int target_fd, GError **error)
{
    autofd dir_fd = mounts_new("tmpfs", "mode=0755,size=4k", MOUNTS_HARMLESS, error);

    if (dir_fd < 0 || !mounts_attach(dir_fd, target_fd, "/sys/fs/cgroup", error))
        return false;
    for (guint i = 0; i < cgroups->len; i++)
        if (!attach_one(dir_fd, cgroups->pdata[i], error))
            return false;
    return mounts_set(dir_fd, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, false, error);
}

bool
sys_mount_cgroups(Container *container, GError **error)
{
    const GPtrArray *cgroups = container->cgroups;
    autofd target_fd = -1;

    if (cgroups->len == 0)
        return true;
    target_fd =
        openat(container->sysfs_fd, "fs/cgroup", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (target_fd < 0) {
        launch_error_set_errno(error, errno, "cannot open /sys/fs/cgroup");
        return false;
    }
    if (cgroups->len == 1 && ((MadeCgroup *)cgroups->pdata[0])->version == 2)
        return mounts_attach(((MadeCgroup *)cgroups->pdata[0])->view_fd, target_fd,
                             "/sys/fs/cgroup", error);
    return attach_all(cgroups, target_fd, error);
}
