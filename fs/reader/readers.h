/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/reader: what all who ask share. */

#pragma once

#include "common/cache.h"
#include "fs/reader/known.h"
#include "fs/reader/reader.h"

/* Two for each of a thousand containers that read every second. */
#define READERS_KNOWN_MAX 2048u

/* What is remembered with open files: cgroup namespace → namespace_root.c, thread id → known.c, pid
 * namespace → pid_init.c. */
typedef enum { READERS_ROOTS, READERS_THREADS, READERS_INITS, READERS_N_KNOWN } ReadersKnown;

struct Readers {
    ReadersConfig config;
    uint64_t cgroup_ns, pid_ns, time_ns, user_ns; /* the daemon's own namespaces */
    int64_t boottime_offset;                      /* of the daemon's own time namespace */
    bool is_procfs;                               /* not a recorded machine */
    CacheKind kinds[READERS_N_KNOWN];             /* of @known; fewer where few files may be open */
    Cache *known[READERS_N_KNOWN];
    Cache *births; /* cpuacct cgroup → born.c */
    Shelf *shelf;  /* that keeps births, or NULL */
};

extern const CacheKind namespace_roots, births;

/* Rule 2: the root of the cgroup namespace @number, which the process @dir is in.  Fails if that
 * cannot be told: it may not be entered, or the process is outside of its root. */
bool namespace_root_find(Readers *readers, int dir, uint64_t number, CgroupPaths *ret,
                         GError **error);
