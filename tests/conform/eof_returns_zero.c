/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* At the end of the text, and far behind it, read returns 0, as often as one asks. */

#include "tests/conform/proc.h"

#include <unistd.h>

static void
check(const char *directory, const char *name)
{
    static char buffer[1 << 20];
    int fd = proc_open(directory, name);
    ssize_t n;

    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        ;
    expect(n == 0, "%s: read at the end: %m", name);
    expect(read(fd, buffer, sizeof buffer) == 0, "%s: text behind the end", name);
    expect(pread(fd, buffer, 1, (off_t)1 << 40) == 0, "%s: text at 1 TiB", name);
    expect(pread(fd, buffer, 1, 0) == 1, "%s: no text at 0 after the end", name);
    close(fd);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);

    check(directory, "meminfo");
    check(directory, "cpuinfo");
    check(directory, "uptime");
    check(directory, "stat");
    return 0;
}
