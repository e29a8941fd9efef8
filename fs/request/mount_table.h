/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text of /proc/PID/mountinfo (proc(5)), as far as a mount point is concerned.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *id;   /* the number that is this mount's alone while it lasts */
    char *type; /* "fuse.ownproc" */
} MountEntry;

/* The mount that covers all others at @path, which is absolute and without symlinks; false if
 * nothing is mounted there.  The caller frees with mount_entry_clear(). */
bool mount_table_top(const char *text, size_t len, const char *path, MountEntry *ret);
void mount_entry_clear(MountEntry *entry);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MountEntry, mount_entry_clear)
