/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mounts as file descriptors: made or cloned detached, given all their flags while nobody can reach
 * them, then attached onto a target that is held by an fd.  Needs Linux 5.12 (mount_setattr(2)). */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mount.h>

/* What every mount of data gets. */
#define MOUNTS_HARMLESS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* A new file system of @type.  @options is "key=value,flag" or NULL, @attributes MOUNT_ATTR_… */
int mounts_new(const char *type, const char *options, unsigned attributes, GError **error);

/* A detached copy of the mount that @path below @dirfd is on, from there downwards ("": @dirfd
 * itself).  @recursive takes the mounts below along. */
int mounts_clone(int dirfd, const char *path, bool recursive, GError **error);

/* Sets MOUNT_ATTR_… on @mount_fd, and on what is mounted below it if @recursive, and takes them out
 * of mount propagation. */
bool mounts_set(int mount_fd, uint64_t attributes, bool recursive, GError **error);

/* Takes MOUNT_ATTR_… off @mount_fd itself. */
bool mounts_unset(int mount_fd, uint64_t attributes, GError **error);

/* Attaches onto what @target_fd holds.  @where is for the message. */
bool mounts_attach(int mount_fd, int target_fd, const char *where, GError **error);
/* The same without a word; 0 or errno. */
int mounts_try_attach(int mount_fd, int target_fd);

/* True if @fd is the root of a mount. */
bool mounts_is_root(int fd);
