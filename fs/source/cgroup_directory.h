/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/source: the directory of a cgroup, which is kept open with the files that are read
 * in it, and what its files said in this tick to those below it.
 *
 * It is the cgroup, not the path: what is kept is found by the number that the path has now, which
 * no other cgroup is ever given, so one that was removed and made again, or renamed (v1), is never
 * taken for another.  Which directory is above it can not change: v1 renames within the parent, v2
 * not at all. */

#pragma once

#include "common/cgroup_layout.h"
#include "fs/source/host.h"

#include <sys/types.h>

/* Shared by whoever reads in it; thread-safe, under a lock of its own. */
typedef struct CgroupDirectory CgroupDirectory;

/* The cgroup @path of @hierarchy.  READ_ERROR_GONE if it was removed. */
CgroupDirectory *cgroup_directory_open(const CgroupHierarchy *hierarchy, const char *path,
                                       GError **error);
/* The one with that number, if it is kept; else NULL. */
CgroupDirectory *cgroup_directory_find(dev_t device, ino_t number);
/* The one above. */
CgroupDirectory *cgroup_directory_parent(CgroupDirectory *directory, GError **error);
CgroupDirectory *cgroup_directory_ref(CgroupDirectory *directory);
void cgroup_directory_unref(CgroupDirectory *directory);

/* O_PATH; borrowed. */
int cgroup_directory_fd(const CgroupDirectory *directory);
/* Its number in its hierarchy. */
uint64_t cgroup_directory_id(const CgroupDirectory *directory);

/* Reads @file, which the kernel writes at once.  ret->text is NULL, without an error, if the cgroup
 * lives but has no such file: the controller is not enabled in it.  READ_ERROR_GONE if the cgroup
 * was removed. */
bool cgroup_directory_read(CgroupDirectory *directory, const char *file, HostText *ret,
                           GError **error);
/* The same for somebody below: what was read in @tick is not read again.  0: it is. */
bool cgroup_directory_read_shared(CgroupDirectory *directory, const char *file, uint64_t tick,
                                  HostText *ret, GError **error);
/* True in *ret if it has @file, without reading it where that is known. */
bool cgroup_directory_has(CgroupDirectory *directory, const char *file, bool *ret, GError **error);

/* Of that hierarchy. */
dev_t cgroup_directory_device(const CgroupDirectory *directory);

/* A fact about the cgroup that cannot change while it lives; -1: nobody has told it yet. */
int cgroup_directory_fact(const CgroupDirectory *directory);
void cgroup_directory_set_fact(CgroupDirectory *directory, bool fact);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CgroupDirectory, cgroup_directory_unref)
