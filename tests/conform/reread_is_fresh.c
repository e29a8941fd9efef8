/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An open file that is read again from offset 0 shows the present: what top does all day. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define PAUSE_USEC 100000

static uint64_t
read_at_zero(int fd)
{
    ProcText file = proc_read_fd(fd);
    uint64_t uptime, idle;

    uptime_get(file.text, &uptime, &idle);
    free(file.text);
    return uptime;
}

static uint64_t
rewind_and_read(int fd)
{
    char text[128] = "";
    uint64_t uptime, idle;

    expect(lseek(fd, 0, SEEK_SET) == 0, "lseek: %m");
    expect(read(fd, text, sizeof text - 1) > 0, "read after lseek: %m");
    uptime_get(text, &uptime, &idle);
    return uptime;
}

static void
check(int fd, uint64_t (*again)(int fd), const char *how)
{
    uint64_t before = again(fd), after;

    usleep(PAUSE_USEC);
    after = again(fd);
    expect(after >= before + 8, "%s: uptime %" PRIu64 ", after a tenth of a second %" PRIu64, how,
           before, after);
}

int
main(int argc, char **argv)
{
    int fd = proc_open(directory_argument(argc, argv), "uptime");

    check(fd, read_at_zero, "pread");
    check(fd, rewind_and_read, "lseek and read");
    close(fd);
    return 0;
}
