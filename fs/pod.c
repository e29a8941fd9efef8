/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/pod.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SELF "/proc/self/exe"
#define NAME "ownprocd"
#define SEGMENTS_MAX 64
/* The one for cgroups is preflight's. */
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/* -- the program */

/* A program that asks for an interpreter asks for a file of its file system, and for libraries. */
static bool
is_static(int fd)
{
    ElfW(Ehdr) head;
    ElfW(Phdr) segment;

    if (pread(fd, &head, sizeof head, 0) != (ssize_t)sizeof head || head.e_phnum > SEGMENTS_MAX)
        return false;
    for (unsigned i = 0; i < head.e_phnum; i++)
        if (pread(fd, &segment, sizeof segment, (off_t)(head.e_phoff + i * sizeof segment)) !=
                (ssize_t)sizeof segment ||
            segment.p_type == PT_INTERP)
            return false;
    return true;
}

static bool
copy_all(int from, int to)
{
    struct stat st;
    off_t done = 0;

    if (fstat(from, &st) != 0)
        return false;
    while (done < st.st_size)
        if (sendfile(to, from, &done, (size_t)(st.st_size - done)) <= 0)
            return false;
    return true;
}

/* Sealed: nobody changes what workers are started from. */
static int
copy_program(int from, GError **error)
{
    autofd copy = memfd_create(NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (copy < 0 || !copy_all(from, copy) || fchmod(copy, 0500) != 0 ||
        fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        read_error_set_errno(error, errno, "cannot copy %s into memory", SELF);
        return -1;
    }
    return fd_steal(&copy);
}

/* -- the host */

static bool
enter_host(pid_t host, GError **error)
{
    autofd fd = (int)syscall(SYS_pidfd_open, host, 0);

    if (fd >= 0 && setns(fd, NAMESPACES) == 0)
        return true;
    read_error_set_errno(error, errno, "cannot go to the namespaces of process %d", (int)host);
    return false;
}

/* Not the pod's, whose file systems shall go. */
static void
open_null(void)
{
    autofd null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null >= 0)
        (void)dup2(null, STDIN_FILENO);
}

bool
pod_leave(pid_t host, char **argv, GError **error)
{
    autofd self = io_open_at(AT_FDCWD, SELF, O_RDONLY, error), copy = -1;

    if (self < 0)
        return false;
    if (!is_static(self)) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO,
                    "this ownprocd cannot outlive its pod: it is not linked statically, as "
                    "ownprocd-static is");
        return false;
    }
    copy = copy_program(self, error);
    if (copy < 0 || !enter_host(host, error))
        return false;
    open_null();
    (void)fexecve(copy, argv, environ);
    read_error_set_errno(error, errno, "cannot run %s from memory", SELF);
    return false;
}

bool
pod_has_left(void)
{
    g_autofree char *program = g_file_read_link(SELF, NULL);

    return program && g_str_has_prefix(program, "/memfd:");
}

/* -- in the pod */

typedef struct {
    int signals, messages;
    pid_t keeper; /* 0: it has ended, well */
} Pod;

/* -1: there may be more.  Else the exit code. */
static int
hear_signal(Pod *pod)
{
    struct signalfd_siginfo info;
    int status = 0;

    if (read(pod->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return -1;
    if (info.ssi_signo != SIGCHLD)
        return EXIT_SUCCESS;
    if (pod->keeper == 0 || waitpid(pod->keeper, &status, WNOHANG) != pod->keeper)
        return -1;
    pod->keeper = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static void
pass_on(Pod *pod)
{
    char text[4096];
    ssize_t n = read(pod->messages, text, sizeof text);

    if (n > 0)
        n = write(STDERR_FILENO, text, (size_t)n); /* nobody to tell */
    else if (n == 0)
        fd_clear(&pod->messages); /* they are another pod's */
}

__attribute__((noreturn)) static void
stay(Pod *pod)
{
    int code = -1;

    while (code < 0) {
        struct pollfd fds[] = {{pod->messages, POLLIN, 0}, {pod->signals, POLLIN, 0}};

        if (poll(fds, G_N_ELEMENTS(fds), -1) <= 0)
            continue;
        if (fds[0].revents) /* first: they say why it ends */
            pass_on(pod);
        else if (fds[1].revents)
            code = hear_signal(pod);
    }
    _exit(code);
}

static void
block_signals(sigset_t *ret_set, sigset_t *ret_before)
{
    (void)sigemptyset(ret_set);
    (void)sigaddset(ret_set, SIGTERM);
    (void)sigaddset(ret_set, SIGINT);
    (void)sigaddset(ret_set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, ret_set, ret_before);
}

static void
leave_parent(int messages)
{
    (void)setsid(); /* a fresh child is no group leader: cannot fail */
    (void)dup2(messages, STDOUT_FILENO);
    (void)dup2(messages, STDERR_FILENO);
}

bool
pod_start(GError **error)
{
    autofd signals = -1, from = -1, to = -1;
    sigset_t set, before;
    pid_t keeper;
    int fds[2];

    (void)close_range(3, ~0u, 0); /* whoever waits for the end of a pipe shall not wait for us */
    block_signals(&set, &before);
    signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (signals < 0 || pipe2(fds, O_CLOEXEC) != 0) {
        read_error_set_errno(error, errno, "cannot make a pipe");
        return false;
    }
    from = fds[0];
    to = fds[1];
    (void)fcntl(to, F_SETFL, O_NONBLOCK); /* nobody waits for whoever reads a pod's log */
    keeper = fork();
    if (keeper < 0) {
        read_error_set_errno(error, errno, "cannot fork");
        return false;
    }
    if (keeper > 0) {
        fd_clear(&to);
        stay(&(Pod){signals, from, keeper});
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    leave_parent(to);
    return true;
}
