/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's files over the kernel's, in a place that somebody else made and may be changing
 * right now.  All of them or none. */

#pragma once

#include "launcher/attach/place.h"

typedef struct {
    Place *place;
    const GPtrArray *list; /* bind_list.h */
    char **devices;        /* of the daemon's file systems: what is there already is left alone */
} Inject;

typedef struct {
    unsigned injected;
    unsigned present; /* were there already */
    unsigned absent;  /* the kernel has no such file there */
} InjectCounts;

/* Done in a process of its own.  Refuses a place in which a file is not the kernel's: a symlink on
 * the way, or something else mounted there.  LAUNCH_ERROR_FAILED: nothing was left. */
bool inject_files(const Inject *what, InjectCounts *ret, GError **error);
