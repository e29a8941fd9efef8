/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's own /proc of the new pid namespace. */

#include "launcher/container.h"

#include "launcher/mounts.h"
#include "launcher/rootfs.h"

bool
proc_mount(Container *container, GError **error)
{
    autofd target_fd = rootfs_own_dir(container->tree_fd, "proc", error);

    if (target_fd < 0)
        return false;
    container->proc_fd = mounts_new("proc", NULL, MOUNTS_HARMLESS, error);
    return container->proc_fd >= 0 && mounts_attach(container->proc_fd, target_fd, "/proc", error);
}
