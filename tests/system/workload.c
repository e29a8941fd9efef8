/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Something to do for a container, in amounts that a test knows.  Says "ready" when it is done, and
 * holds what it took until it is killed or whoever started it ends. */

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static void
workload_hold(void)
{
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}

/* Writes to each page: only then it is the container's. */
static void
workload_anon(size_t mib)
{
    char *memory =
        mmap(NULL, mib * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    memset(memory, 1, mib * MIB);
    workload_hold();
}

/* Reads @path, which is then page cache of the container if it was nobody's before. */
static void
workload_cache(const char *path)
{
    static char buffer[1 << 16];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        perror(path);
        exit(1);
    }
    while (read(fd, buffer, sizeof buffer) > 0)
        ;
    workload_hold();
}

/* Takes all the CPU time it gets. */
static void
workload_spin(void)
{
    puts("ready");
    fflush(stdout);
    for (volatile unsigned long round = 0;; round++)
        ;
}

/* A parent waits for its child of vfork(2) in D, which the kernel counts as load. */
static void
workload_block(void)
{
    pid_t child = vfork();

    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    exit(child < 0);
}

/* Wakes up once a second, for nothing. */
static void
workload_nap(void)
{
    puts("ready");
    fflush(stdout);
    for (;;)
        sleep(1);
}

/* Takes and returns memory and CPU time in turn, so that every number moves. */
static void
workload_churn(void)
{
    puts("ready");
    fflush(stdout);
    for (size_t round = 0;; round++) {
        size_t size = (1 + round % 16) * MIB;
        char *memory = malloc(size);

        if (memory != NULL)
            memset(memory, (int)round, size);
        free(memory);
        usleep(2000);
    }
}

/* Drops @path from the page cache. */
static void
workload_forget(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0) {
        perror(path);
        exit(1);
    }
    exit(0);
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (strcmp(what, "spin") == 0)
        workload_spin();
    if (strcmp(what, "block") == 0)
        workload_block();
    if (strcmp(what, "nap") == 0)
        workload_nap();
    if (strcmp(what, "churn") == 0)
        workload_churn();
    if (strcmp(what, "anon") == 0 && argc == 3)
        workload_anon(strtoul(argv[2], NULL, 10));
    if (strcmp(what, "cache") == 0 && argc == 3)
        workload_cache(argv[2]);
    if (strcmp(what, "forget") == 0 && argc == 3)
        workload_forget(argv[2]);
    fprintf(stderr,
            "usage: workload spin | block | nap | churn | anon MIB | cache FILE | forget FILE\n");
    return 2;
}
