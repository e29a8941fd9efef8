/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container's configuration has it mount itself.  Where that is, no file is mounted, and the
 * others are: ownproc(1), "WHAT IS LEFT ALONE".  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whose file system is at /proc, or at /sys. */
typedef enum {
    OWN_MOUNTS_NONE, /* none, or we are not told */
    OWN_MOUNTS_KERNELS,
    OWN_MOUNTS_OTHER, /* a volume: what is missing in it a runtime would make there */
} OwnMountsAt;

/* Owned. */
typedef struct {
    GPtrArray *points; /* where, from the container's root */
    OwnMountsAt proc, sys;
} OwnMounts;

OwnMounts *own_mounts_new(void);
void own_mounts_free(OwnMounts *mounts);

/* One more, behind those that are there; its texts, as they stand in the configuration, may be
 * NULL. */
void own_mounts_add(OwnMounts *mounts, const char *destination, const char *type,
                    const char *source);

/* True if @file ("proc/meminfo") is to be left alone: the container mounts something there, above
 * it (but for the kernel's /proc and /sys) or below it. */
bool own_mounts_cover(const OwnMounts *mounts, const char *file);

/* What is said of files that are left alone, in @list. */
#define OWN_MOUNTS_SENTENCE "left alone, something else is mounted there: %s"
/* Adds @file to @list, "/proc/meminfo, /proc/stat". */
void own_mounts_list(GString *list, const char *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OwnMounts, own_mounts_free)
