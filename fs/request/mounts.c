/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/mounts.h"

int
mounts_add(Mounts *mounts, const char *path, unsigned long flags, GError **error)
{
    int fuse_fd;

    g_assert(mounts->n < MOUNTS_MAX);
    fuse_fd = mount_point_mount(path, flags, &mounts->points[mounts->n], error);
    if (fuse_fd >= 0)
        mounts->n++;
    return fuse_fd;
}

void
mounts_clear(Mounts *mounts)
{
    while (mounts->n > 0) {
        MountPoint *point = &mounts->points[--mounts->n];

        mount_point_unmount(point);
        mount_point_clear(point);
    }
}
