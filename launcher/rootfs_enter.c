/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The change of root. */

#include "common/fd.h"
#include "launcher/launch_error.h"
#include "launcher/mount_points.h"
#include "launcher/rootfs.h"

#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A chroot leaves the old root's mounts in this mount namespace, and while a full procfs or sysfs
 * is among them the kernel lets a user namespace mount another (fs/namespace.c,
 * mount_too_revealing): so those go first.  They are this namespace's own copies. */
static bool
drop_full_views(GError **error)
{
    static const char *const types[] = {"proc", "sysfs", NULL};
    g_autoptr(GPtrArray) mount_points = mount_points_of(types, error);

    if (!mount_points)
        return false;
    for (guint i = mount_points->len; i-- > 0;)
        /* One that lies in a tree already detached is gone: nothing to complain about. */
        (void)umount2(mount_points->pdata[i], MNT_DETACH | UMOUNT_NOFOLLOW);
    return true;
}

/* On an initramfs the root has no parent mount, which pivot_root(2) answers with EINVAL. */
static bool
enter_by_chroot(int root_fd, GError **error)
{
    if (chdir("/") < 0 || !drop_full_views(error))
        return false;
    if (fchdir(root_fd) == 0 && chroot(".") == 0 && chdir("/") == 0)
        return true;
    launch_error_set_errno(error, errno, "cannot change the root");
    return false;
}

bool
rootfs_enter(int root_fd, GError **error)
{
    if (fchdir(root_fd) < 0) {
        launch_error_set_errno(error, errno, "cannot enter the new root");
        return false;
    }
    /* pivot_root(2): "." for both puts the old root on top of the new one, to be detached there. */
    if (syscall(SYS_pivot_root, ".", ".") < 0) {
        if (errno == EINVAL)
            return enter_by_chroot(root_fd, error);
        launch_error_set_errno(error, errno, "pivot_root failed");
        return false;
    }
    if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0) {
        launch_error_set_errno(error, errno, "cannot let go of the old root");
        return false;
    }
    return true;
}
