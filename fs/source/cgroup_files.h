/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/source/cgroup_directory: what is known of a cgroup's files.  No I/O but closing. */

#pragma once

#include "fs/source/host.h"
#include "fs/source/kept.h"

/* By name; bounded by the names that this program knows.  Thread-safe, under a lock of its own. */
typedef struct CgroupFiles CgroupFiles;

CgroupFiles *cgroup_files_new(void);
void cgroup_files_free(CgroupFiles *files);

/* A reference; NULL: it is not open. */
KeptFile *cgroup_files_find(CgroupFiles *files, const char *name);
/* Takes over @kept in place of what is there; NULL: nothing is open any more. */
void cgroup_files_keep(CgroupFiles *files, const char *name, KeptFile *kept);

/* That there is none needs no look before @until (CLOCK_MONOTONIC, microseconds). */
void cgroup_files_miss(CgroupFiles *files, const char *name, uint64_t until);
bool cgroup_files_is_missing(CgroupFiles *files, const char *name, uint64_t now);

/* A copy of what was read in @tick; false if nothing was. */
bool cgroup_files_find_shared(CgroupFiles *files, const char *name, uint64_t tick, HostText *ret);
void cgroup_files_share(CgroupFiles *files, const char *name, uint64_t tick, const HostText *text);
