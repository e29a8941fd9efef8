/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/reader: what all who ask share. */

#pragma once

#include "common/cache.h"
#include "fs/reader/known.h"
#include "fs/reader/reader.h"

struct Readers {
    ReadersConfig config;
    uint64_t cgroup_ns, pid_ns, time_ns, user_ns; /* the daemon's own namespaces */
    int64_t boottime_offset;                      /* of the daemon's own time namespace */
    bool is_procfs;                               /* not a recorded machine */
    Cache *roots;                                 /* cgroup namespace → namespace_root.c */
    Cache *threads;                               /* thread id → known.c */
    Cache *inits;                                 /* pid namespace → pid_init.c */
    Cache *births;                                /* cpuacct cgroup → born.c */
    Shelf *shelf;                                 /* that keeps births, or NULL */
};

extern const CacheKind namespace_roots, births;

/* Rule 2: the root of the cgroup namespace @number, which the process @dir is in.  Fails if that
 * cannot be told: it may not be entered, or the process is outside of its root. */
bool namespace_root_find(Readers *readers, int dir, uint64_t number, CgroupPaths *ret,
                         GError **error);
