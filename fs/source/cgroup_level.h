/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/source: the way up from a container's cgroup to the root of its hierarchy, which
 * itself is never visited (it has no limits), and the reading of small files on that way. */

#pragma once

#include "common/lines.h"
#include "fs/source/cgroup.h"
#include "fs/source/cgroup_directory.h"

/* One directory on the way. */
typedef struct {
    CgroupDirectory *dir; /* a reference; NULL: the root was reached */
    unsigned above;       /* how many more directories there are, the root not counted */
    unsigned version;
    bool is_above; /* not the container's own: what it says is shared in @tick */
    uint64_t tick; /* 0: with nobody */
} CgroupLevel;

/* Starts at the container's cgroup of @controller, or of the v2 hierarchy, whatever controllers
 * that has.  READ_ERROR_GONE if it was removed. */
bool cgroup_level_of(const Cgroups *cgroups, CgroupController controller, CgroupLevel *ret,
                     GError **error);
bool cgroup_level_of_unified(const Cgroups *cgroups, CgroupLevel *ret, GError **error);
/* Says in *@error of which cgroup it tells.  Always false. */
bool cgroup_failed(const Cgroups *cgroups, CgroupController controller, GError **error);
void cgroup_level_copy(const CgroupLevel *level, CgroupLevel *ret);
/* Goes to the parent. */
bool cgroup_level_up(CgroupLevel *level, GError **error);
void cgroup_level_clear(CgroupLevel *level);

/* Reads @file of @level.  ret->text is NULL, without an error, if the cgroup lives but has no such
 * file: the controller is not enabled in it.  READ_ERROR_GONE if the cgroup was removed. */
bool cgroup_file_read(const CgroupLevel *level, const char *file, HostText *ret, GError **error);

/* The same.  READ_ERROR_MALFORMED if a living cgroup has no such file. */
bool cgroup_file_text(const CgroupLevel *level, const char *file, HostText *ret, GError **error);

/* A file that holds one number, or "max".  READ_ERROR_MALFORMED, too, if a living cgroup has no
 * such file. */
bool cgroup_file_number(const CgroupLevel *level, const char *file, uint64_t *ret, GError **error);
/* The same, and without such a file it is @fallback. */
bool cgroup_file_number_or(const CgroupLevel *level, const char *file, uint64_t fallback,
                           uint64_t *ret, GError **error);

/* Goes up to the nearest cgroup that has @file and reads it; ret->text is NULL if none has it. */
bool cgroup_level_find(CgroupLevel *level, const char *file, HostText *ret, GError **error);

/* The first line of @text, without its newline. */
Span cgroup_first_line(const HostText *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CgroupLevel, cgroup_level_clear)
