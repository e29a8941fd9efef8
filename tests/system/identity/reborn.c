/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One process id, again and again: a process of one container that reads, and ends, then one of
 * another container with the same id, long before anybody could have forgotten the first.
 *
 *     reborn ROUNDS FILE KIB DIRECTORY KIB DIRECTORY
 *
 * DIRECTORY is a memory cgroup whose limit is KIB, which is what FILE (proc/meminfo) must show its
 * processes: half of them open it, half read what this process has opened, which is of neither.
 * Prints "rounds N wrong N"; exits with 1 if one was wrong. */

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTAINERS 2

typedef struct {
    long kib;
    int orders[2], answers[2]; /* pipes to and from who makes its processes */
} Container;

static pid_t reborn; /* the id */
static const char *file;
static int inherited; /* FILE, opened by who is in no container */

static void
give_up(const char *what)
{
    perror(what);
    exit(2);
}

/* 0 if the file shows @kib, 1 if not, 2 if it cannot be read. */
static int
look(int fd, long kib)
{
    char text[256];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);

    if (n <= 0)
        return 2;
    text[n] = '\0';
    return strncmp(text, "MemTotal:", 9) != 0 || strtol(text + 9, NULL, 10) != kib;
}

/* What a child with the id found. */
static char
bear(long kib, bool opens)
{
    struct clone_args args = {
        .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&reborn, .set_tid_size = 1};
    pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    int status = 0;

    if (child == 0)
        _exit(look(opens ? open(file, O_RDONLY | O_CLOEXEC) : inherited, kib));
    if (child < 0)
        give_up("clone3 with an id");
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        give_up("waitpid");
    return (char)WEXITSTATUS(status);
}

static void
enter(const char *directory)
{
    char path[4096];
    int fd;

    (void)snprintf(path, sizeof path, "%s/cgroup.procs", directory);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
        give_up(path);
    (void)close(fd);
}

/* Makes a process in @directory for each byte that it is sent, which says whether that one opens.
 */
static void
start(Container *container, const char *directory)
{
    char byte;

    if (pipe2(container->orders, O_CLOEXEC) != 0 || pipe2(container->answers, O_CLOEXEC) != 0)
        give_up("pipe2");
    if (fork() != 0)
        return;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    enter(directory);
    while (read(container->orders[0], &byte, 1) == 1) {
        byte = bear(container->kib, byte);
        if (write(container->answers[1], &byte, 1) != 1)
            break;
    }
    _exit(0);
}

/* An id that was just free. */
static pid_t
free_id(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    (void)waitpid(child, NULL, 0);
    return child;
}

int
main(int argc, char **argv)
{
    Container containers[CONTAINERS];
    unsigned rounds, wrong = 0;
    char byte;

    if (argc != 7)
        return 2;
    rounds = (unsigned)strtoul(argv[1], NULL, 10);
    file = argv[2];
    inherited = open(file, O_RDONLY | O_CLOEXEC);
    if (inherited < 0)
        give_up(file);
    reborn = free_id();
    for (int i = 0; i < CONTAINERS; i++) {
        containers[i].kib = strtol(argv[3 + 2 * i], NULL, 10);
        start(&containers[i], argv[4 + 2 * i]);
    }
    for (unsigned round = 0; round < rounds; round++) {
        Container *container = &containers[round % CONTAINERS];

        byte = (char)(round / CONTAINERS % 2);
        if (write(container->orders[1], &byte, 1) != 1 ||
            read(container->answers[0], &byte, 1) != 1)
            give_up("nobody answers");
        wrong += byte != 0;
    }
    printf("rounds %u wrong %u\n", rounds, wrong);
    return wrong != 0;
}
