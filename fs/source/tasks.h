/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the threads of one container are doing.  No cgroup tells it: /proc has to be asked for each
 * thread, so it is asked only if something in the container has run since the last time. */

#pragma once

#include "fs/source/cgroups.h"

#include <stdint.h>

/* {0}: never looked. */
typedef struct {
    bool known;
    uint64_t id;               /* of the cgroup that tells CPU time; 0: none does */
    uint64_t usage_usec;       /* CPU time the container has used */
    uint64_t running, blocked; /* threads in R; in D (what the kernel's load averages count) */
    uint64_t threads;          /* all of them */
    uint64_t last_pid;         /* number of the newest thread seen, at @level */
    uint64_t newest_start;     /* when that one started, ticks */
    uint64_t newest_tid;       /* whose number, and at which level, was asked last; 0: nobody's */
    unsigned newest_level;
    unsigned level;   /* how deep the container's pid namespace is nested; 0: the deepest
                         namespace of each thread */
    unsigned n_asked; /* threads that had to be asked this time */
    pid_t asker; /* for whom it is done this time, if somebody waits for it: he does not run, even
                    if he has not gone to sleep yet */
} TaskSample;

/* No more threads of a container than this are asked; the rest is taken for asleep. */
#define TASKS_MAX 8192

/* Brings @sample up to date.  If the container has used no CPU time since, no thread can have
 * changed its state and nothing else is read; a cgroup that does not tell CPU time is always
 * walked.  READ_ERROR_GONE, also if a new cgroup has come to the path of the one that @sample is of
 * (docker restart makes it so), _MALFORMED, _IO; @sample is untouched then. */
bool tasks_sample(int root_fd, const CgroupLayout *layout, const CgroupPaths *container,
                  TaskSample *sample, GError **error);

/* A number that belongs to these threads alone for as long as the machine is up: which cgroup they
 * are counted in.  READ_ERROR_GONE. */
bool tasks_id(const Cgroups *cgroups, uint64_t *ret, GError **error);

/* Parsers.  [pure] */

/* Parts of /proc/PID/stat (linux:fs/proc/array.c, do_task_stat()). */
typedef struct {
    char state;
    uint64_t start; /* ticks */
} TaskStat;

bool task_stat_parse(const char *text, size_t len, TaskStat *ret, GError **error);
/* NSpid of /proc/PID/status: the number at @level (1 is the outermost; 0: the last there is); 0 if
 * there is none.  *ret_levels is how many there are. */
uint64_t task_number_parse(const char *text, size_t len, unsigned level, unsigned *ret_levels);
