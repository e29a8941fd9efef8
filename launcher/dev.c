/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /dev: built complete while it is detached, then attached at once, so that no name the image chose
 * is ever used for a device. */

#include "launcher/container.h"

#include "launcher/launch_error.h"
#include "launcher/mounts.h"
#include "launcher/rootfs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const struct {
    const char *name;
    unsigned major, minor;
} devices[] = {
    {"null", 1, 3},   {"zero", 1, 5},    {"full", 1, 7},
    {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
};

static const struct {
    const char *name, *target;
} links[] = {
    {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},
};

/* File systems of /dev's own directories; options as docker's. */
static const struct {
    const char *name, *type, *options;
    unsigned attributes;
} below[] = {
    {"pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5",
     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC},
    {"shm", "tmpfs", "mode=1777,size=64m", MOUNTS_HARMLESS},
    {"mqueue", "mqueue", NULL, MOUNTS_HARMLESS},
};

static bool
fill(int dev_fd, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(devices); i++)
        if (mknodat(dev_fd, devices[i].name, S_IFCHR | 0666,
                    makedev(devices[i].major, devices[i].minor)) < 0) {
            launch_error_set_errno(error, errno, "cannot make /dev/%s", devices[i].name);
            return false;
        }
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
        if (symlinkat(links[i].target, dev_fd, links[i].name) < 0) {
            launch_error_set_errno(error, errno, "cannot make /dev/%s", links[i].name);
            return false;
        }
    for (size_t i = 0; i < G_N_ELEMENTS(below); i++)
        if (mkdirat(dev_fd, below[i].name, 0755) < 0) {
            launch_error_set_errno(error, errno, "cannot make /dev/%s", below[i].name);
            return false;
        }
    return true;
}

static bool
mount_below(int dev_fd, size_t i, GError **error)
{
    autofd mount_fd = -1, target_fd = -1;

    mount_fd = mounts_new(below[i].type, below[i].options, below[i].attributes, error);
    if (mount_fd < 0)
        return false;
    target_fd = openat(dev_fd, below[i].name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (target_fd < 0) {
        launch_error_set_errno(error, errno, "cannot open /dev/%s", below[i].name);
        return false;
    }
    return mounts_attach(mount_fd, target_fd, below[i].name, error);
}

bool
dev_mount(Container *container, GError **error)
{
    autofd target_fd = rootfs_own_dir(container->tree_fd, "dev", error);

    if (target_fd < 0)
        return false;
    container->dev_fd =
        mounts_new("tmpfs", "mode=0755,size=64k", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, error);
    if (container->dev_fd < 0 || !fill(container->dev_fd, error) ||
        !mounts_attach(container->dev_fd, target_fd, "/dev", error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(below); i++)
        if (!mount_below(container->dev_fd, i, error))
            return false;
    return true;
}
