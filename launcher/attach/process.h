/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A process of a container, held: everything about it is read below one fd of its directory, so it
 * is that very process or an error, never who has its number next. */

#pragma once

#include "common/cgroup_paths.h"

#include <stdint.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;
    int dir_fd; /* /proc/PID, O_PATH */
    uint64_t mount_ns, pid_ns;
    uint64_t started; /* ticks since boot */
    CgroupPaths cgroups;
    char *id; /* what its engine calls the container (engine_id.h); NULL: nobody tells */
} Process;

/* The caller frees.  LAUNCH_ERROR_FAILED if there is no such process, or it may not be looked at.
 */
Process *process_hold(pid_t pid, GError **error);
void process_free(Process *process);

/* True if it has not ended: then its number was its own until now. */
bool process_lives(const Process *process);

/* Opens @name below its directory ("ns/mnt", "root"). */
int process_open(const Process *process, const char *name, int flags, GError **error);

/* What it has mounted (mount_tree.h); the caller unrefs. */
GPtrArray *process_mounts(const Process *process, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Process, process_free)
