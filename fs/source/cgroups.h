/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "common/cgroup_layout.h"
#include "fs/source/cgroups_known.h"

/* The cgroup that was looked up last: controllers of one hierarchy (all, on v2) share it. */
typedef struct {
    const char *mount_point, *path;    /* borrowed */
    struct CgroupDirectory *directory; /* a reference; NULL: none was */
} CgroupsLast;

/* Whose cgroups are asked. */
typedef struct {
    const CgroupLayout *layout;   /* borrowed */
    const CgroupPaths *container; /* borrowed */
    uint64_t tick;       /* what was read of those above in this tick is not read again; 0: it is */
    CgroupsLast *last;   /* borrowed; NULL: each is looked up */
    CgroupsKnown *known; /* borrowed; NULL: each path is asked */
    bool by_number;      /* cgroups_known_use(): for who asks again without this if one is gone */
} Cgroups;

void cgroups_last_clear(CgroupsLast *last);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CgroupsLast, cgroups_last_clear)
