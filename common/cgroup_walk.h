/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is in a cgroup and in all below it. */

#pragma once

#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    const char *file; /* of each cgroup, with an id a line: "cgroup.procs" */
    /* How many may still be visited, and ids still be read; counted down. */
    unsigned cgroups_left, ids_left;
    bool (*visit)(pid_t id, void *data); /* false ends the walk */
    void *data;
} CgroupWalk;

/* From the cgroup @dir downwards.  A cgroup that cannot be read has nobody in it. */
void cgroup_walk(CgroupWalk *walk, int dir);
