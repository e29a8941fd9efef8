/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is mounted where, and its service. */

#pragma once

#include "fs/request/expiry.h"
#include "fs/request/mount_point.h"
#include "fs/request/session.h"

#define MOUNTS_MAX 2

/* The first is the one the daemon lives by: session_run(). */
typedef struct {
    MountPoint points[MOUNTS_MAX];
    Session *sessions[MOUNTS_MAX];
    unsigned n;
    void (*stopping)(void); /* called before they are unmounted */
    Expiry *expiry;         /* borrowed, may be NULL; stopped while they still answer */
} Mounts;

/* Where, and how: mount_point_mount(). */
typedef struct {
    const char *path;
    unsigned long flags;
} MountsPlace;

/* Mounts another one at @place; it answers once mounts_serve() is called. */
bool mounts_add(Mounts *mounts, const MountsPlace *place, const SessionConfig *config,
                GError **error);

/* Returns when all have been unmounted: session_run(). */
bool mounts_serve(Mounts *mounts, GError **error);
/* Unmounts them if they were not served, too. */
void mounts_clear(Mounts *mounts);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mounts, mounts_clear)
