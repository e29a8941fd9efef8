/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/in_child.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define MSEC 1000
#define NSEC_PER_MSEC 1000000

static int64_t
now_msec(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MSEC + now.tv_nsec / NSEC_PER_MSEC;
}

/* What comes first says what follows. */
#define GOOD "+"
#define BAD "-"

/* One that the kernel does not let go may outlive us by much: whoever waits for the end of our
 * output is not to wait for it.  What is closed when exec(2) is called is ours. */
static void
leave_streams(void)
{
    autofd null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
            (void)dup2(null, fd);
}

G_GNUC_NORETURN static void
child(const InChild *what, int fd)
{
    g_autoptr(GString) ret = g_string_new(GOOD);
    g_autoptr(GError) error = NULL;

    signal(SIGPIPE, SIG_IGN);
    leave_streams();
    if (!what->work(what->data, ret, &error)) {
        g_string_assign(ret, BAD);
        g_string_append(ret, error->message);
    }
    (void)io_write_all(fd, ret->str, ret->len); /* or nobody waits any more */
    _exit(0);
}

/* False if it takes too long. */
static bool
read_until(int fd, int64_t end_msec, GString *ret)
{
    char piece[4096];
    ssize_t n = 1;

    while (n != 0) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        int64_t left = end_msec - now_msec();

        if (left <= 0)
            return false;
        if (poll(&readable, 1, (int)left) <= 0)
            continue;
        n = read(fd, piece, sizeof(piece));
        if (n > 0)
            g_string_append_len(ret, piece, n);
    }
    return true;
}

GString *
in_child(const InChild *what, GError **error)
{
    g_autoptr(GString) said = g_string_new(NULL);
    autofd reading = -1;
    int fds[2];
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
        launch_error_set_errno(error, errno, "cannot start a process");
        return NULL;
    }
    if (pid == 0)
        child(what, fds[1]);
    reading = fds[0];
    (void)close(fds[1]);
    if (!read_until(reading, now_msec() + (int64_t)what->patience_sec * MSEC, said)) {
        (void)kill(pid, SIGKILL); /* one that the kernel holds ends when it lets go */
        g_set_error(error, READ_ERROR, READ_ERROR_IO,
                    "a file system there has not answered for %u s", what->patience_sec);
        return NULL;
    }
    (void)waitpid(pid, NULL, 0);
    if (g_str_has_prefix(said->str, GOOD)) {
        g_string_erase(said, 0, 1);
        return g_steal_pointer(&said);
    }
    g_set_error_literal(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                        said->len > 1 ? said->str + 1 : "the process that was to do it was killed");
    return NULL;
}
