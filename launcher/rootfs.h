/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Names below the container's root.  The image chose them, so none is ever walked as a path of the
 * host: each is resolved by openat2(2) inside the root's fd, where "..", absolute symlinks and the
 * magic links of /proc cannot lead out. */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* Opens the root directory itself, O_PATH. */
int rootfs_open(const char *path, GError **error);

/* What is at @path, O_PATH; -1 and errno if nothing is, or it cannot be reached. */
int rootfs_find(int root_fd, const char *path);

/* The directory @name directly below the root, made if it is missing.  A symlink is refused: what
 * /proc, /dev and /sys are must not be the image's choice.  O_PATH or -1. */
int rootfs_own_dir(int root_fd, const char *name, GError **error);

/* The directory or file at @path, made with its parents where missing; symlinks are followed inside
 * the root.  Fails if it is there as the other kind.  O_PATH or -1. */
int rootfs_make_dir(int root_fd, const char *path, GError **error);
int rootfs_make_file(int root_fd, const char *path, GError **error);

/* The text of the regular file @path; NULL if there is none, or it is larger than 1 MiB. */
char *rootfs_read_file(int root_fd, const char *path);

/* Makes @root_fd, a mount attached in this mount namespace, its root, and lets go of the old one.
 */
bool rootfs_enter(int root_fd, GError **error);
