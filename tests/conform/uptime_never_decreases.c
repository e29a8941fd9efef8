/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* uptime: the time since start never decreases, and goes on as fast as the clock. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdlib.h>

#define DURATION_MSEC 1000
#define TOLERANCE_MSEC 200 /* a container may be throttled between clock and file */

static uint64_t
uptime_msec(const char *directory)
{
    ProcText file = proc_read(directory, "uptime");
    uint64_t uptime, idle;

    uptime_get(file.text, &uptime, &idle);
    free(file.text);
    return uptime * 10;
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    uint64_t begin = now_msec();
    uint64_t start = uptime_msec(directory);
    uint64_t begun = now_msec(), before = start, elapsed, least, most;

    do {
        uint64_t asked = now_msec();
        uint64_t after = uptime_msec(directory);

        expect(after >= before, "uptime %" PRIu64 " ms, then %" PRIu64, before, after);
        before = after;
        elapsed = after - start;
        least = asked - begun;
        most = now_msec() - begin;
    } while (most < DURATION_MSEC);
    expect(elapsed + TOLERANCE_MSEC >= least && elapsed <= most + TOLERANCE_MSEC,
           "in %" PRIu64 " to %" PRIu64 " ms uptime grew by %" PRIu64, least, most, elapsed);
    return 0;
}
