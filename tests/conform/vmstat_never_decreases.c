/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* vmstat: what counts events never decreases. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdlib.h>

#define DURATION_MSEC 1000

static const char *const counters[] = {"pgpgin",  "pgpgout",    "pswpin",   "pswpout",
                                       "pgfault", "pgmajfault", "pgrefill", "pgactivate"};
#define N_COUNTERS (sizeof counters / sizeof *counters)

static void
check(const char *directory, uint64_t before[N_COUNTERS])
{
    ProcText vmstat = proc_read(directory, "vmstat");

    for (size_t i = 0; i < N_COUNTERS; i++) {
        uint64_t now;

        if (stat_get(vmstat.text, counters[i], &now, 1) == 0)
            continue; /* a kernel without swap */
        expect(now >= before[i], "%s: %" PRIu64 ", then %" PRIu64, counters[i], before[i], now);
        before[i] = now;
    }
    free(vmstat.text);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    uint64_t end = now_msec() + DURATION_MSEC, before[N_COUNTERS] = {0};

    while (now_msec() < end)
        check(directory, before);
    expect(before[4] > 0, "nothing ever faulted");
    return 0;
}
