/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/background.h"

#include "common/error.h"
#include "common/fd.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>

/* One byte comes when the child serves; the end without it when it has given up. */
static int
wait_for_child(int fd, pid_t child)
{
    char byte;
    ssize_t n;
    int status;

    do
        n = read(fd, &byte, 1);
    while (n < 0 && errno == EINTR);
    if (n == 1)
        return EXIT_SUCCESS;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

int
background_start(GError **error)
{
    int fds[2];
    pid_t child;

    (void)close_range(3, ~0u, 0); /* whoever waits for the end of a pipe shall not wait for us */
    if (pipe2(fds, O_CLOEXEC) != 0) {
        read_error_set_errno(error, errno, "cannot make a pipe");
        return -1;
    }
    child = fork();
    if (child > 0) {
        (void)close(fds[1]);
        _exit(wait_for_child(fds[0], child));
    }
    (void)close(fds[0]);
    if (child < 0) {
        read_error_set_errno(error, errno, "cannot fork");
        (void)close(fds[1]);
        return -1;
    }
    (void)setsid();    /* a fresh child is no group leader: cannot fail */
    (void)!chdir("/"); /* keeps no file system busy */
    return fds[1];
}

void
background_ready(int fd)
{
    autofd parent = fd, null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int i = 0; i < 3 && null >= 0; i++)
        (void)dup2(null, i);
    (void)!write(parent, "", 1); /* if the parent has gone nobody waits */
}
