/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel alone takes for the numbers: a process that reads the files of each container's
 * cgroups once a second, on fds it keeps, and does nothing else: no text, no request, no look at
 * who asks. */

#include "tests/bench/crowd.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000
#define WAKE_NSEC                                                                                  \
    10000000 /* so seldom that waking costs nothing: those that are due by then at once */
#define TEXT_BYTES 4096
#define FDS (CROWD_WORDS * CROWD_WORDS) /* of one container at most */

/* Only those of container @number that are there. */
static unsigned
files_open(const Crowd *crowd, unsigned number, int *fds)
{
    char path[1024];
    unsigned n = 0;

    for (unsigned g = 0; g < crowd->n_cgroups; g++)
        for (unsigned f = 0; f < crowd->n_preads; f++) {
            snprintf(path, sizeof path, "%s/crowd-%u/%s", crowd->cgroups[g], number,
                     crowd->preads[f]);
            fds[n] = open(path, O_RDONLY | O_CLOEXEC);
            if (fds[n] >= 0)
                n++;
        }
    return n;
}

/* As if the numbers had been read for @files files. */
static void
container_read(const int *fds, unsigned n, unsigned files, Histogram *times)
{
    char text[TEXT_BYTES];
    uint64_t start = batch_now();

    for (unsigned i = 0; i < n; i++)
        if (pread(fds[i], text, sizeof text, 0) < 0) {
            perror("pread");
            exit(1);
        }
    for (unsigned i = 0; i < files; i++)
        histogram_add(times, (batch_now() - start) / files);
}

static void
read_for_ever(const Crowd *crowd, int (*fds)[FDS], const unsigned *n)
{
    uint64_t start = batch_now(), done = 0;
    struct timespec wake = {.tv_nsec = WAKE_NSEC};

    for (;;) {
        (void)nanosleep(&wake, NULL);
        for (uint64_t due = (batch_now() - start) * crowd->n / NSEC_PER_SEC; done < due; done++) {
            unsigned i = (unsigned)(done % crowd->n);

            container_read(fds[i], n[i], CROWD_FILES, &crowd->board->times);
        }
    }
}

pid_t
crowd_preads_start(const Crowd *crowd)
{
    struct rlimit files;
    pid_t pid = fork();
    unsigned *n;
    int(*fds)[FDS];

    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    n = calloc(crowd->n, sizeof *n);
    fds = calloc(crowd->n, sizeof *fds);
    if (!n || !fds)
        _exit(1);
    for (unsigned i = 0; i < crowd->n; i++)
        n[i] = files_open(crowd, i, fds[i]);
    read_for_ever(crowd, fds, n);
    _exit(0);
}

void
crowd_preads_end(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}
