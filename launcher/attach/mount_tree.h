/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container has mounted: its /proc/PID/mountinfo (proc(5)).  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t id, parent;
    char *device; /* "0:57" */
    char *root;   /* what of its file system it shows */
    char *point;  /* where, seen from the container's root */
    char *shared; /* "shared:12": its peer group; "": none */
    char *type;   /* MOUNT_LINE_OWNPROC (common/mount_line.h) */
} TreeMount;

/* The mounts of @text, in its order: what covers another comes behind it.  Lines that are none of
 * the kernel's are passed over.  The caller unrefs. */
GPtrArray *mount_tree_parse(const char *text, size_t len);

/* Borrowed; NULL if there is none. */
const TreeMount *mount_tree_find(const GPtrArray *mounts, uint64_t id);

/* True if files over /proc would keep who is in there from mounting a procfs in a user namespace of
 * his own: the kernel allows that where some procfs can be seen whole (linux:fs/namespace.c,
 * mnt_already_visible()), and here only that at /proc can.  So it is in privileged containers, and
 * with procMount: Unmasked. */
bool mount_tree_is_unmasked(const GPtrArray *mounts);

/* True if a mount over the /proc or /sys of @container would appear in @machine as well: they are
 * peers there (mount_namespaces(7), "SHARED SUBTREES"). */
bool mount_tree_is_shared_with(const GPtrArray *container, const GPtrArray *machine);

/* True if something that is of none of @devices is mounted below @point, a directory. */
bool mount_tree_has_below(const GPtrArray *mounts, const char *point, char **devices);

/* True if @mount is over a file of /proc or /sys, not one of them itself. */
bool mount_tree_is_over_kernel_file(const TreeMount *mount);

/* True if it is, and of our daemon or of lxcfs. */
bool mount_tree_is_served(const TreeMount *mount);

/* True if nobody serves @mount any more: @errsv is what its reader gets (place_probe() of
 * place.h). */
bool mount_tree_is_dead(const TreeMount *mount, int errsv);

/* The name under which a container is registered that has @mount from the bound tree; NULL if it is
 * not from there.  The caller frees. */
char *mount_tree_bound_id(const TreeMount *mount);
