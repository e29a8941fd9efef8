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
    uint64_t clock_start = now_msec();
    uint64_t start = uptime_msec(directory);
    uint64_t before = start, clock_elapsed, elapsed;

    do {
        uint64_t after = uptime_msec(directory);

        expect(after >= before, "uptime %" PRIu64 " ms, then %" PRIu64, before, after);
        before = after;
        elapsed = after - start;
        clock_elapsed = now_msec() - clock_start;
    } while (clock_elapsed < DURATION_MSEC);
    expect(elapsed + TOLERANCE_MSEC >= clock_elapsed && elapsed <= clock_elapsed + TOLERANCE_MSEC,
           "in %" PRIu64 " ms uptime grew by %" PRIu64, clock_elapsed, elapsed);
    return 0;
}
