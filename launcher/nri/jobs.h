/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Containers that run are given files by "ownproc attach", a process for each, two at a time.
 * Nothing here waits. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct Jobs Jobs;

typedef enum {
    JOB_DONE,
    JOB_GONE,    /* the container has ended meanwhile */
    JOB_REFUSED, /* the program has said why, and counted it */
    JOB_BROKEN,  /* there is no such program, or it did not come to its end in time */
} JobOutcome;

typedef struct {
    char *program; /* absolute; given --run-dir, --mountpoint, --force and the pid */
    char *run_dir, *tree;
    void (*ended)(void *data, const char *id, JobOutcome outcome);
    void *data;
} JobsConfig;

/* What @config points to is borrowed. */
Jobs *jobs_new(const JobsConfig *config);
void jobs_free(Jobs *jobs);

/* The container @id, of which @pid is a process; @forced: also if its /proc is unmasked.  Nothing
 * happens if it waits already. */
void jobs_add(Jobs *jobs, const char *id, pid_t pid, bool forced);
/* It has ended, or is about to. */
void jobs_drop(Jobs *jobs, const char *id);
/* True if there is one that could be started now. */
bool jobs_are_waiting(const Jobs *jobs);

/* Starts what waits, if @start; sees to what has ended or takes too long. */
void jobs_step(Jobs *jobs, bool start);
/* Appends what to poll for (struct pollfd); returns for how long at most, milliseconds, -1: for
 * ever. */
int jobs_poll(const Jobs *jobs, GArray *fds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Jobs, jobs_free)
