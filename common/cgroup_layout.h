/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which controller is where on this machine: v1, v2 or not at all, each on its own.  cgroupfs is
 * only ever opened where it is already mounted: mounting it again changes the host's options. */

#pragma once

#include "common/cgroup_paths.h"

#include <stdint.h>
#include <sys/stat.h>

typedef struct {
    unsigned version;  /* 1 or 2; 0: the controller is not mounted */
    int fd;            /* O_PATH directory of the mount; -1 with version 0 */
    char *root;        /* which cgroup the mount shows as its own root; "/" on a host */
    char *mount_point; /* for messages */
} CgroupHierarchy;

typedef struct {
    CgroupHierarchy controllers[CGROUP_N_CONTROLLERS];
    CgroupHierarchy unified; /* the v2 mount, whatever controllers it has */
} CgroupLayout;

/* Reads proc/self/mountinfo below @root_fd ("/" or a recorded machine) and opens each hierarchy
 * below
 * @root_fd.  A controller that no v1 hierarchy has belongs to v2 if cgroup.controllers of the v2
 * mount lists it; cpuacct and freezer, which v2 has built in, if no v1 hierarchy has them. Succeeds
 * without any cgroup mount: then every version is 0. */
bool cgroup_layout_read(int root_fd, CgroupLayout *ret, GError **error);
void cgroup_layout_clear(CgroupLayout *layout);

/* The path of @paths that @controller uses here; NULL if the controller is not mounted or the
 * process has no such line.  Borrowed from @paths. */
const char *cgroup_layout_path(const CgroupLayout *layout, const CgroupPaths *paths,
                               CgroupController controller);

/* Opens the directory @path (from /proc/PID/cgroup) of @hierarchy, O_PATH.  READ_ERROR_GONE if it
 * was removed, READ_ERROR_IO if it lies outside what the mount shows. */
int cgroup_layout_open(const CgroupHierarchy *hierarchy, const char *path, GError **error);

/* The same without opening it: st_dev and st_ino are its numbers. */
bool cgroup_layout_stat(const CgroupHierarchy *hierarchy, const char *path, struct stat *ret,
                        GError **error);

/* True if no cgroup of @hierarchy has the number @id (st_ino of its directory) any more; false also
 * if that cannot be told: the kernel or our rights do not allow it, or it is a recorded machine. */
bool cgroup_layout_lost(const CgroupHierarchy *hierarchy, uint64_t id);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CgroupLayout, cgroup_layout_clear)
