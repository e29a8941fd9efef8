/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container's directories in the cgroup hierarchies: "ownproc/NAME" below what each mount shows
 * as its root. */

#pragma once

#include "launcher/plan.h"

/* One PlanCgroup come true. */
typedef struct {
    const CgroupHierarchy *hierarchy; /* borrowed */
    unsigned version;
    char *name;
    int dir_fd; /* ownproc/NAME, O_PATH */
} MadeCgroup;

/* Makes @planned's directory in @hierarchy and writes its limits.  On failure nothing is left. */
MadeCgroup *cgroup_make(const PlanCgroup *planned, const CgroupHierarchy *hierarchy,
                        const char *name, GError **error);

/* Removes the directory, waiting a little for the last task to be gone, and "ownproc" if it is
 * empty; frees @cgroup. */
void cgroup_remove(MadeCgroup *cgroup);

/* Where "ownproc/NAME" will be, for somebody who cleans up after a dead launcher.  Owned strings.
 */
GPtrArray *cgroups_paths(const Plan *plan, const CgroupLayout *layout);

/* Removes the directory @name of @parent_fd, or @name if @parent_fd is AT_FDCWD.  False: not empty
 * after two seconds. */
bool cgroup_rmdir(int parent_fd, const char *name);

/* The v2 directory to be cloned into; -1 if there is none. */
int cgroups_unified_fd(const GPtrArray *made);
