/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a process that keeps its connections itself has mounted. */

#pragma once

#include "fs/request/mount_point.h"

#define MOUNTS_MAX 2

typedef struct {
    MountPoint points[MOUNTS_MAX];
    unsigned n;
} Mounts;

/* Mounts another one: mount_point_mount(). */
int mounts_add(Mounts *mounts, const char *path, unsigned long flags, GError **error);
/* Unmounts them. */
void mounts_clear(Mounts *mounts);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mounts, mounts_clear)
