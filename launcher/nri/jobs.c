/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/jobs.h"

#include "common/fd.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#define RUNNING_MAX 2
#define PATIENCE_USEC 10000000 /* for one program; it takes some milliseconds */

typedef struct {
    char *id;
    pid_t pid;
    int pidfd;    /* of the container's process: the number may be given again */
    pid_t child;  /* the program; 0 while it waits */
    int child_fd; /* a pidfd, too */
    gint64 end;   /* when it is killed */
    bool forced;  /* see jobs_add() */
} Job;

struct Jobs {
    JobsConfig config;
    GPtrArray *list; /* of Job; those that run first */
    guint n_running;
    GArray *killed; /* pids that may take their time to end */
};

extern char **environ;

/* A program that still runs comes to its end by itself: half of the files is worse than none. */
static void
job_free(gpointer data)
{
    Job *job = data;

    fd_clear(&job->pidfd);
    fd_clear(&job->child_fd);
    g_free(job->id);
    g_free(job);
}

Jobs *
jobs_new(const JobsConfig *config)
{
    Jobs *jobs = g_new(Jobs, 1);

    *jobs = (Jobs){.config = *config,
                   .list = g_ptr_array_new_with_free_func(job_free),
                   .killed = g_array_new(FALSE, FALSE, sizeof(pid_t))};
    return jobs;
}

void
jobs_free(Jobs *jobs)
{
    if (!jobs)
        return;
    g_ptr_array_unref(jobs->list);
    g_array_unref(jobs->killed);
    g_free(jobs);
}

/* Those that run are let run. */
static Job *
find_waiting(const Jobs *jobs, const char *id)
{
    for (guint i = jobs->n_running; i < jobs->list->len; i++)
        if (strcmp(((Job *)jobs->list->pdata[i])->id, id) == 0)
            return jobs->list->pdata[i];
    return NULL;
}

void
jobs_add(Jobs *jobs, const char *id, pid_t pid, bool forced)
{
    int pidfd = find_waiting(jobs, id) ? -1 : pidfd_open(pid, 0);
    Job *job;

    if (pidfd < 0) /* it has ended */
        return;
    job = g_new(Job, 1);
    *job = (Job){.id = g_strdup(id), .pid = pid, .pidfd = pidfd, .child_fd = -1, .forced = forced};
    g_ptr_array_add(jobs->list, job);
}

void
jobs_drop(Jobs *jobs, const char *id)
{
    Job *job = find_waiting(jobs, id);

    if (job)
        g_ptr_array_remove(jobs->list, job);
}

bool
jobs_are_waiting(const Jobs *jobs)
{
    return jobs->n_running < RUNNING_MAX && jobs->list->len > jobs->n_running;
}

static bool
has_ended(int pidfd)
{
    struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) > 0;
}

/* Signals that we wait for in our own way are not blocked for it. */
static bool
spawn(const Jobs *jobs, Job *job)
{
    char pid[16];
    char *const argv[] = {jobs->config.program,
                          (char *)"attach",
                          (char *)"--repair",
                          (char *)"--run-dir",
                          jobs->config.run_dir,
                          (char *)"--mountpoint",
                          jobs->config.tree,
                          pid,
                          job->forced ? (char *)"--force" : NULL,
                          NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    int problem;

    (void)snprintf(pid, sizeof(pid), "%d", job->pid);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    problem = posix_spawn(&job->child, argv[0], &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (problem != 0)
        job->child = 0;
    else
        job->child_fd = pidfd_open(job->child, 0);
    job->end = g_get_monotonic_time() + PATIENCE_USEC;
    return problem == 0;
}

/* Takes @job off the list before whoever is told may add it again. */
static void
finish(Jobs *jobs, Job *job, JobOutcome outcome)
{
    guint i;

    if (g_ptr_array_find(jobs->list, job, &i)) {
        jobs->n_running -= i < jobs->n_running;
        g_ptr_array_steal_index(jobs->list, i);
    }
    jobs->config.ended(jobs->config.data, job->id, outcome);
    job_free(job);
}

static JobOutcome
outcome_of(const Job *job, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return JOB_DONE;
    if (has_ended(job->pidfd))
        return JOB_GONE;
    return WIFEXITED(status) && WEXITSTATUS(status) < 126 ? JOB_REFUSED : JOB_BROKEN;
}

/* True if the program of @job is not running any more. */
static bool
look_after(Jobs *jobs, Job *job)
{
    int status;

    if (waitpid(job->child, &status, WNOHANG) == job->child) {
        finish(jobs, job, outcome_of(job, status));
        return true;
    }
    if (g_get_monotonic_time() < job->end)
        return false;
    kill(job->child, SIGKILL);
    g_array_append_val(jobs->killed, job->child);
    finish(jobs, job, JOB_BROKEN);
    return true;
}

static void
start_next(Jobs *jobs)
{
    Job *job = jobs->list->pdata[jobs->n_running];

    if (has_ended(job->pidfd))
        finish(jobs, job, JOB_GONE);
    else if (spawn(jobs, job))
        jobs->n_running++;
    else
        finish(jobs, job, JOB_BROKEN);
}

void
jobs_step(Jobs *jobs, bool start)
{
    for (guint i = jobs->killed->len; i-- > 0;)
        if (waitpid(g_array_index(jobs->killed, pid_t, i), NULL, WNOHANG) != 0)
            g_array_remove_index_fast(jobs->killed, i);
    for (guint i = jobs->n_running; i-- > 0;)
        look_after(jobs, jobs->list->pdata[i]);
    while (start && jobs_are_waiting(jobs))
        start_next(jobs);
}

int
jobs_poll(const Jobs *jobs, GArray *fds)
{
    gint64 now = g_get_monotonic_time(), left = -1;

    for (guint i = 0; i < jobs->n_running; i++) {
        const Job *job = jobs->list->pdata[i];
        const struct pollfd poll_fd = {.fd = job->child_fd, .events = POLLIN};
        gint64 usec = MAX(job->end - now, 0);

        g_array_append_val(fds, poll_fd);
        left = left < 0 ? usec : MIN(left, usec);
    }
    return left < 0 ? -1 : (int)(left / 1000) + 1;
}
