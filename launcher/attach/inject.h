/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's files over the kernel's, in a place that somebody else made and may be changing
 * right now.  Where something else is mounted that file is left alone; of the others it is all or
 * none. */

#pragma once

#include "launcher/attach/place.h"

typedef struct {
    Place *place;
    const GPtrArray *list;   /* bind_list.h */
    char **devices;          /* of the daemon's file systems: what is there already stays */
    const GPtrArray *mounts; /* all that is mounted there (mount_tree.h) */
    const char *root;        /* where they have the place's root; "" is '/' */
} Inject;

typedef struct {
    unsigned injected;
    unsigned present; /* were there already */
    unsigned absent;  /* the kernel has no such file there */
    unsigned left;    /* are left alone */
} InjectCounts;

/* Done in a process of its own.  *ret_left, which the caller frees, lists the files that are left
 * alone, as own_mounts_list() does.  Refuses a place whose /proc is not the kernel's, or with a
 * symlink on the way.  LAUNCH_ERROR_FAILED: nothing was left. */
bool inject_files(const Inject *what, InjectCounts *ret, char **ret_left, GError **error);
