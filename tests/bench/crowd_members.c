/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/bench/crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000
#define PATH_BYTES 1024
#define BIND_TRIES 1000
#define AT_A_TIME 4 /* containers that begin */

static const char *const files[CROWD_FILES] = {"meminfo", "stat", "cpuinfo", "uptime", "loadavg"};
#define N_FILES CROWD_FILES

static void
give_up(const char *what)
{
    perror(what);
    exit(1);
}

/* Whether @directory has @file and took @value. */
static bool
write_into(const char *directory, const char *file, const char *value)
{
    char path[PATH_BYTES];
    bool written;
    int fd;

    snprintf(path, sizeof path, "%s/%s", directory, file);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    written = write(fd, value, strlen(value)) == (ssize_t)strlen(value);
    (void)close(fd);
    return written;
}

static void
cgroup_make(const Crowd *crowd, const char *parent, unsigned number)
{
    char directory[PATH_BYTES], file[PATH_BYTES];

    snprintf(directory, sizeof directory, "%s/crowd-%u", parent, number);
    if (mkdir(directory, 0755) < 0 && errno != EEXIST)
        give_up(directory);
    for (unsigned i = 0; i < crowd->n_writes; i++) {
        const char *equals = strchr(crowd->writes[i], '=');

        snprintf(file, sizeof file, "%.*s", (int)(equals - crowd->writes[i]), crowd->writes[i]);
        (void)write_into(directory, file, equals + 1); /* not each has it */
    }
}

/* From within: "0" is who writes. */
static void
cgroups_enter(const Crowd *crowd, unsigned number)
{
    char directory[PATH_BYTES];

    for (unsigned i = 0; i < crowd->n_cgroups; i++) {
        snprintf(directory, sizeof directory, "%s/crowd-%u", crowd->cgroups[i], number);
        if (!write_into(directory, "cgroup.procs", "0"))
            give_up(directory);
    }
}

/* Linux refuses to bind a file with ENOENT if somebody else, for whom the same path is another
 * node, has looked it up in the meantime (the dentry is then unhashed; linux:fs/namespace.c,
 * get_mountpoint()): then once more. */
static void
file_bind(const char *source, const char *target)
{
    if (mknod(target, S_IFREG | 0444, 0) < 0)
        give_up(target);
    for (unsigned tries = 0; mount(source, target, NULL, MS_BIND, NULL) < 0; tries++)
        if (errno != ENOENT || tries == BIND_TRIES)
            give_up(source);
}

/* Binds each contender's files over ones on a tmpfs that only this container has.  The paths are
 * relative to it. */
static void
files_bind(const Crowd *crowd, unsigned number)
{
    char source[PATH_BYTES], directory[PATH_BYTES / 2], target[PATH_BYTES];

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0 || chdir("/mnt") < 0)
        give_up("/mnt");
    for (unsigned i = 0; i < crowd->n_contenders; i++) {
        const char *pattern = crowd->contenders[i].directory, *hole = strstr(pattern, "%u");
        int before = hole ? (int)(hole - pattern) : (int)strlen(pattern);

        if (*pattern == '\0')
            continue;
        if (hole)
            snprintf(directory, sizeof directory, "%.*s%u%s", before, pattern, number, hole + 2);
        else
            snprintf(directory, sizeof directory, "%s", pattern);
        (void)mkdir(crowd->contenders[i].name, 0755);
        for (unsigned f = 0; f < N_FILES; f++) {
            snprintf(source, sizeof source, "%s/%s", directory, files[f]);
            snprintf(target, sizeof target, "%s/%s", crowd->contenders[i].name, files[f]);
            file_bind(source, target);
        }
    }
}

static void
read_five(const char *name, Histogram *times)
{
    char path[PATH_BYTES];
    uint64_t start;

    for (unsigned f = 0; f < N_FILES; f++) {
        snprintf(path, sizeof path, "%s/%s", name, files[f]);
        start = batch_now();
        batch_read_file(path);
        histogram_add(times, batch_now() - start);
    }
}

static time_t
second_now(void)
{
    return (time_t)(batch_now() / NSEC_PER_SEC);
}

/* Once a second, each at a time of its own: multiples of the golden section spread evenly however
 * many there are. */
static void
container_live(const Crowd *crowd, unsigned number)
{
    uint64_t phase = (uint64_t)number * 618033989 % NSEC_PER_SEC;
    struct timespec next = {.tv_nsec = (long)phase};

    (void)__atomic_fetch_add(&crowd->board->ready, 1, __ATOMIC_RELAXED);
    for (;;) {
        next.tv_sec = second_now() + 1; /* what was missed is not made up for */
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0)
            ;
        if (*crowd->contenders[crowd->board->contender].directory != '\0')
            read_five(crowd->contenders[crowd->board->contender].name, &crowd->board->times);
    }
}

static pid_t
container_start(Crowd *crowd, unsigned number)
{
    pid_t pid;

    for (unsigned i = 0; i < crowd->n_cgroups; i++)
        cgroup_make(crowd, crowd->cgroups[i], number);
    pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid < 0)
        give_up("clone");
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        cgroups_enter(crowd, number);
        files_bind(crowd, number);
        container_live(crowd, number);
    }
    return pid;
}

/* Waits until no more than @most have still to begin. */
static void
wait_for_ready(Crowd *crowd, unsigned most)
{
    while (crowd->board->ready + most < crowd->n) {
        if (waitpid(-1, NULL, WNOHANG) > 0) { /* it has said why */
            crowd_end(crowd);
            exit(1);
        }
        (void)usleep(500);
    }
}

/* A few at a time: that a thousand begin at once is not what is measured. */
void
crowd_grow(Crowd *crowd, unsigned n)
{
    while (crowd->n < n && crowd->n < CROWD_MAX) {
        crowd->pids[crowd->n] = container_start(crowd, crowd->n);
        crowd->n++;
        wait_for_ready(crowd, AT_A_TIME);
    }
    wait_for_ready(crowd, 0);
}

void
crowd_end(Crowd *crowd)
{
    char directory[PATH_BYTES];

    for (unsigned i = 0; i < crowd->n; i++)
        (void)kill(crowd->pids[i], SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    for (unsigned i = 0; i < crowd->n; i++)
        for (unsigned g = 0; g < crowd->n_cgroups; g++) {
            snprintf(directory, sizeof directory, "%s/crowd-%u", crowd->cgroups[g], i);
            for (unsigned tries = 0; rmdir(directory) < 0 && errno == EBUSY && tries < 100; tries++)
                (void)usleep(10000);
        }
}
