/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening for writing fails with EACCES, for root as well. */

#include "tests/conform/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static void
check(const char *directory, const char *name, int flags)
{
    char path[4096];
    int fd;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    errno = 0;
    fd = open(path, flags | O_CLOEXEC);
    expect(fd < 0, "%s: open with flags %#o succeeds", path, flags);
    expect(errno == EACCES, "%s: open with flags %#o: %m, not EACCES", path, flags);
}

int
main(int argc, char **argv)
{
    static const char *const names[] = {"meminfo", "cpuinfo", "stat", "uptime"};
    const char *directory = directory_argument(argc, argv);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check(directory, names[i], O_WRONLY);
        check(directory, names[i], O_RDWR);
    }
    return 0;
}
