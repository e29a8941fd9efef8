/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/mounts.h"

bool
mounts_add(Mounts *mounts, const MountsPlace *place, const SessionConfig *config, GError **error)
{
    MountPoint *point = &mounts->points[mounts->n];
    int fuse_fd;

    g_assert(mounts->n < MOUNTS_MAX);
    fuse_fd = mount_point_mount(place->path, place->flags, point, error);
    if (fuse_fd < 0)
        return false;
    mounts->sessions[mounts->n++] = session_new(fuse_fd, config, error);
    return mounts->sessions[mounts->n - 1] != NULL;
}

static void
unmount(Mounts *mounts)
{
    for (unsigned i = 0; i < mounts->n; i++)
        if (mounts->points[i].path) {
            mount_point_unmount(&mounts->points[i]);
            mount_point_clear(&mounts->points[i]);
        }
}

static void
tell_of_lost(unsigned which, void *data)
{
    const Mounts *mounts = data;

    g_message("%s was unmounted by somebody else", mounts->points[which].path);
}

static void
tell_of_stopping(void *data)
{
    Mounts *mounts = data;

    if (mounts->stopping)
        mounts->stopping();
    unmount(mounts);
    if (mounts->expiry)
        expiry_stop(mounts->expiry);
}

bool
mounts_serve(Mounts *mounts, GError **error)
{
    const SessionEvents events = {tell_of_lost, tell_of_stopping, mounts};

    return session_run(mounts->sessions, mounts->n, &events, error);
}

void
mounts_clear(Mounts *mounts)
{
    unmount(mounts);
    for (unsigned i = 0; i < mounts->n; i++)
        session_free(mounts->sessions[i]);
    *mounts = (Mounts){0};
}
