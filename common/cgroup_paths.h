/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a process is: the text of /proc/PID/cgroup (cgroups(7)).  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
    CGROUP_MEMORY,
    CGROUP_CPU,
    CGROUP_CPUACCT,
    CGROUP_CPUSET,
    CGROUP_PIDS,
    CGROUP_IO, /* "blkio" on v1 */
    CGROUP_HUGETLB,
    CGROUP_FREEZER,
    CGROUP_DEVICES,
    CGROUP_N_CONTROLLERS,
} CgroupController;

/* The controller's name on hierarchies of @version 1 or 2; NULL if that version has none (v2 has no
 * cpuacct, freezer or devices controller: there the unified hierarchy itself does the work). */
const char *cgroup_controller_name(CgroupController controller, unsigned version);

/* Paths from the root of each hierarchy, starting with '/'.  Owned.  {0} is empty. */
typedef struct {
    char *v1[CGROUP_N_CONTROLLERS]; /* NULL: no v1 hierarchy has this controller */
    char *unified;                  /* the "0::" line; NULL: no v2 hierarchy */
} CgroupPaths;

/* Named hierarchies ("name=systemd") and controllers unknown here are passed over.
 * READ_ERROR_MALFORMED. */
bool cgroup_paths_parse(const char *text, size_t len, CgroupPaths *ret, GError **error);
void cgroup_paths_copy(const CgroupPaths *from, CgroupPaths *ret);
void cgroup_paths_clear(CgroupPaths *paths);
/* True if every path is "/". */
bool cgroup_paths_are_root(const CgroupPaths *paths);

/* @seen is what the host sees of a process, @inside what a member of its cgroup namespace sees of
 * it: seen minus inside is the namespace's root in each hierarchy (cgroup_namespaces(7)).  False if
 * some path does not end in the other: the process is outside its namespace's root ("/.."), or
 * moved between the two looks. */
bool cgroup_paths_subtract(const CgroupPaths *seen, const CgroupPaths *inside, CgroupPaths *ret);

/* True if a cgroup namespace with these @roots shows @inside of a process that the host sees in
 * @seen, in each hierarchy; "/../../other" if that is outside. */
bool cgroup_paths_are_shown(const CgroupPaths *roots, const CgroupPaths *seen,
                            const CgroupPaths *inside);

/* True if @path is @ancestor or below it. */
bool cgroup_path_is_below(const char *path, const char *ancestor);
/* True if each of @paths is. */
bool cgroup_paths_are_below(const CgroupPaths *paths, const char *ancestor);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CgroupPaths, cgroup_paths_clear)
