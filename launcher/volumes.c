/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* -v and --tmpfs. */

#include "launcher/container.h"

#include "launcher/launch_error.h"
#include "launcher/mounts.h"
#include "launcher/rootfs.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

bool
volumes_open(Container *container, GError **error)
{
    for (guint i = 0; i < container->plan->mounts->len; i++) {
        const MountSpec *spec = container->plan->mounts->pdata[i];
        autofd source_fd = -1;
        int fd = -1;

        if (spec->source) {
            source_fd = open(spec->source, O_PATH | O_CLOEXEC);
            if (source_fd < 0) {
                launch_error_set_errno(error, errno, "cannot open %s", spec->source);
                return false;
            }
            fd = mounts_clone(source_fd, "", true, error);
            if (fd < 0)
                return false;
        }
        g_array_append_val(container->volume_fds, fd);
    }
    return true;
}

static bool
is_below(const char *path, const char *directory)
{
    return g_str_has_prefix(path, directory) &&
           (path[strlen(directory)] == '/' || path[strlen(directory)] == '\0');
}

/* A symlink of the image must not lead a mount into /proc or /sys, or over the root. */
static bool
check_target(const Container *container, const MountSpec *spec, int target_fd, GError **error)
{
    struct statfs fs;
    struct stat target, root;

    if (fstatfs(target_fd, &fs) < 0 || fstat(target_fd, &target) < 0 ||
        fstat(container->tree_fd, &root) < 0) {
        launch_error_set_errno(error, errno, "cannot look at %s of the container", spec->target);
        return false;
    }
    if ((fs.f_type == PROC_SUPER_MAGIC && !is_below(spec->target, "/proc")) ||
        (fs.f_type == SYSFS_MAGIC && !is_below(spec->target, "/sys")) ||
        (target.st_dev == root.st_dev && target.st_ino == root.st_ino)) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "%s of the container leads somewhere else", spec->target);
        return false;
    }
    return true;
}

static int
open_target(const Container *container, const MountSpec *spec, int mount_fd, GError **error)
{
    struct stat st;
    int fd;

    if (fstat(mount_fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
        fd = rootfs_find(container->tree_fd, spec->target);
        /* Over a device or a /proc file it may go as well; what is missing becomes a file. */
        if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
            return fd;
        fd_clear(&fd);
        return rootfs_make_file(container->tree_fd, spec->target, error);
    }
    return rootfs_make_dir(container->tree_fd, spec->target, error);
}

static bool
mount_one(const Container *container, const MountSpec *spec, int source_fd, GError **error)
{
    uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    autofd tmpfs_fd = -1, target_fd = -1;
    int mount_fd = source_fd;

    if (!spec->source) {
        attributes |= spec->executable ? 0u : MOUNT_ATTR_NOEXEC;
        mount_fd = tmpfs_fd = mounts_new("tmpfs", spec->options ? spec->options : "mode=1777",
                                         (unsigned)attributes, error);
        if (tmpfs_fd < 0)
            return false;
    }
    attributes |= spec->read_only ? MOUNT_ATTR_RDONLY : 0u;
    target_fd = open_target(container, spec, mount_fd, error);
    return target_fd >= 0 && check_target(container, spec, target_fd, error) &&
           mounts_set(mount_fd, attributes, true, error) &&
           mounts_attach(mount_fd, target_fd, spec->target, error);
}

bool
volumes_mount(Container *container, GError **error)
{
    for (guint i = 0; i < container->plan->mounts->len; i++)
        if (!mount_one(container, container->plan->mounts->pdata[i],
                       g_array_index(container->volume_fds, int, i), error))
            return false;
    return true;
}
