/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* By the C library, linked statically: larger, and right on every architecture. */

#include "launcher/init/raw.h"

#include <errno.h>
#include <unistd.h>

extern char **environ;

int
main(int argc, char **argv)
{
    return raw_main(argc, argv, environ);
}

long
raw_call(long number, long a, long b, long c, long d)
{
    long result = syscall(number, a, b, c, d, 0, 0);

    return result < 0 ? -errno : result;
}

long
raw_fork(void)
{
    pid_t pid = fork();

    return pid < 0 ? -errno : pid;
}

void
raw_exit(int code)
{
    _exit(code);
}
