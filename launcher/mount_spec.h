/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What -v and --tmpfs ask for.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *source;  /* -v: the host's file or directory; NULL: a tmpfs */
    char *target;  /* absolute, without ".", ".." or doubled slashes */
    char *options; /* --tmpfs: "size=64m,mode=1777", may be NULL */
    bool read_only;
    bool executable; /* --tmpfs with "exec": without it nothing there can be executed */
} MountSpec;

/* "SRC:DST", "SRC:DST:ro", "SRC:DST:rw".  SRC must be a path with a slash, DST absolute and neither
 * "/" nor "/proc".  LAUNCH_ERROR_USAGE. */
MountSpec *mount_spec_parse_volume(const char *text, GError **error);

/* "DST" or "DST:opt,opt" with size=, mode=, uid=, gid=, nr_inodes=, ro, rw, exec, noexec and the
 * ones that are always on (nosuid, nodev).  LAUNCH_ERROR_USAGE. */
MountSpec *mount_spec_parse_tmpfs(const char *text, GError **error);

void mount_spec_free(MountSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MountSpec, mount_spec_free)
