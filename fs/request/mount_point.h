/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the tree is mounted, and what may be there already. */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *path; /* absolute, without symlinks */
    char *id;   /* of our mount (proc(5), mountinfo) */
} MountPoint;

/* Mounts a new FUSE connection at @dir, which is created if it is missing, and returns its
 * /dev/fuse, which the caller closes; -1 and an error otherwise.  @flags are mount(2)'s, beside
 * those that every such mount has: MS_RDONLY, or 0.  A mount whose server has died is taken away
 * first; one that is alive, ours or a stranger's, is an error.  Nothing answers until the
 * connection is served: the caller must not touch @dir before. */
int mount_point_mount(const char *dir, unsigned long flags, MountPoint *ret, GError **error);

/* Our mount at @dir, which an earlier process has made.  False if what is there is none.  Does not
 * look at @dir itself, so nobody has to serve it; it must not be a symlink. */
bool mount_point_find(const char *dir, MountPoint *ret);

/* Takes our mount away, if it is still there; who has files open in it or binds of it keeps them.
 */
void mount_point_unmount(const MountPoint *mount);
void mount_point_clear(MountPoint *mount);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MountPoint, mount_point_clear)
