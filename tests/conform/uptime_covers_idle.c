/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* uptime: its idle time is at most its time since start, times the number of CPUs. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    ProcText stat = proc_read(directory, "stat");
    ProcText file = proc_read(directory, "uptime");
    unsigned cpus = stat_count_cpus(stat.text);
    uint64_t uptime, idle;

    uptime_get(file.text, &uptime, &idle);
    /* One hundredth for each CPU: both numbers are rounded down. */
    expect(idle <= (uptime + 1) * cpus, "idle %" PRIu64 " > %u CPUs times uptime %" PRIu64, idle,
           cpus, uptime);
    free(stat.text);
    free(file.text);
    return 0;
}
