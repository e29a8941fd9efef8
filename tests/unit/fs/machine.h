/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A machine that a test writes into a directory of its own: what a recorded tree is, made up. */

#pragma once

#include "tests/unit/fs/tree.h"

typedef struct {
    char *directory;
    Tree tree; /* after machine_boot() */
} Machine;

#define MACHINE_CGROUP_NS "cgroup:[4026531835]" /* the daemon's own */
#define MACHINE_PID_NS "pid:[4026531836]"

/* One CPU and 1 GiB, half of it free; no cgroups.  @mounts are lines of mountinfo. */
Machine *machine_new(const char *mounts);
/* Opens it as the daemon would. */
void machine_boot(Machine *machine);
void machine_free(Machine *machine);

/* Files and links below its root; directories are made as needed. */
void machine_write(const Machine *machine, const char *path, const char *text);
void machine_link(const Machine *machine, const char *path, const char *target);
void machine_remove(const Machine *machine, const char *path);
/* A file of @size bytes, all 0. */
void machine_write_huge(const Machine *machine, const char *path, size_t size);

typedef struct {
    pid_t pid;
    const char *cgroup;             /* text of /proc/PID/cgroup */
    pid_t parent;                   /* 1 if not given */
    unsigned number;                /* in its own pid namespace; pid if not given */
    const char *pid_ns, *cgroup_ns; /* links; the daemon's if not given */
    const char *inside;             /* what it sees of its cgroups itself */
    unsigned start;                 /* in seconds since boot */
    unsigned flags;                 /* PF_… of the kernel */
} MachineProcess;

void machine_process(const Machine *machine, const MachineProcess *process);

#define MACHINE_V2 "25 22 0:22 / /cg rw - cgroup2 cgroup2 rw\n"
/* A v2 cgroup @path ("/docker/x") with all controllers, no limits and nothing used, and another of
 * v1, in /v1/memory, /v1/cpu, /v1/cpuset and /v1/cpuacct. */
void machine_cgroup_v2(const Machine *machine, const char *path);
#define MACHINE_V1                                                                                 \
    "32 31 0:29 / /v1/cpu rw - cgroup cgroup rw,cpu\n"                                             \
    "33 31 0:30 / /v1/cpuacct rw - cgroup cgroup rw,cpuacct\n"                                     \
    "34 31 0:31 / /v1/cpuset rw - cgroup cgroup rw,cpuset\n"                                       \
    "35 31 0:32 / /v1/memory rw - cgroup cgroup rw,memory\n"
void machine_cgroup_v1(const Machine *machine, const char *path);
/* Such a machine with /pod/app, booted. */
Machine *machine_pod_v2(void);
Machine *machine_pod_v1(void);
/* Changes one file of such a cgroup: "memory.max" of "/docker/x". */
void machine_set(const Machine *machine, const char *cgroup, const char *file, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Machine, machine_free)
