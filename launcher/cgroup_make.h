/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container's directories in the cgroup hierarchies: "ownproc/NAME" below what each mount shows
 * as its root. */

#pragma once

#include "launcher/plan.h"

#define CGROUP_PARENT "ownproc"

/* One PlanCgroup come true. */
typedef struct {
    const CgroupHierarchy *hierarchy; /* borrowed */
    unsigned version;
    bool has[CGROUP_N_CONTROLLERS];
    char *name;
    int dir_fd;   /* ownproc/NAME, O_PATH */
    int tasks_fd; /* v1: for the child to write "0" to */
    int view_fd;  /* a detached clone of the directory, for the container's /sys/fs/cgroup */
} MadeCgroup;

/* Makes the directories of @plan and writes their limits.  What was made is in @made (of
 * MadeCgroup) even on failure: cgroups_remove() it. */
bool cgroups_make(const Plan *plan, const CgroupLayout *layout, GPtrArray *made, GError **error);

/* Removes the directories, waiting a little for the last task to be gone, and "ownproc" where it is
 * empty. */
void cgroups_remove(GPtrArray *made);

/* Where "ownproc/NAME" will be, for somebody who cleans up after a dead launcher.  Owned strings.
 */
GPtrArray *cgroups_paths(const Plan *plan, const CgroupLayout *layout);

/* Removes the directory @name of @parent_fd, or @name if @parent_fd is AT_FDCWD.  False: not empty
 * after two seconds. */
bool cgroup_rmdir(int parent_fd, const char *name);

/* The calling process, which has one thread, joins the v1 cgroups, or with @cpu those with the cpu
 * controller. */
bool cgroups_join(const GPtrArray *made, bool cpu, GError **error);

/* The v2 directory to be cloned into; -1 if there is none. */
int cgroups_unified_fd(const GPtrArray *made);

void made_cgroup_free(MadeCgroup *cgroup);
