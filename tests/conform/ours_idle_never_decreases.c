/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* stat and uptime: idle time never decreases, neither of one CPU nor of all. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DURATION_MSEC 1500
#define LINES_MAX 1024

/* Idle ticks of the line cpu, then of cpu0, cpu1 …; at [0] idle of uptime. */
static size_t
idle_read(const char *directory, uint64_t *values)
{
    ProcText stat = proc_read(directory, "stat");
    ProcText uptime = proc_read(directory, "uptime");
    uint64_t columns[CPU_N_COLUMNS], since_boot;
    size_t count = 1;
    char key[32] = "cpu";

    uptime_get(uptime.text, &since_boot, &values[0]);
    while (count < LINES_MAX && stat_get(stat.text, key, columns, CPU_N_COLUMNS) > CPU_IDLE) {
        values[count] = columns[CPU_IDLE];
        snprintf(key, sizeof key, "cpu%zu", count - 1);
        count++;
    }
    free(stat.text);
    free(uptime.text);
    return count;
}

int
main(int argc, char **argv)
{
    static uint64_t before[LINES_MAX], after[LINES_MAX];
    const char *directory = directory_argument(argc, argv);
    size_t count = idle_read(directory, before);
    uint64_t end = now_msec() + DURATION_MSEC;

    while (now_msec() < end) {
        expect(idle_read(directory, after) == count, "the number of CPUs changed");
        for (size_t i = 0; i < count; i++) {
            expect(after[i] >= before[i],
                   "idle %zu (0 uptime, 1 all, 2 cpu0 …): %" PRIu64 ", then %" PRIu64, i, before[i],
                   after[i]);
            before[i] = after[i];
        }
    }
    return 0;
}
