/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* stat: each column of the line cpu is the sum of that column of cpu0, cpu1 …, but for rounding,
 * and for the moments that pass between the two in the kernel. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 50

static void
check(const char *text)
{
    uint64_t all[CPU_N_COLUMNS], one[CPU_N_COLUMNS], sum[CPU_N_COLUMNS] = {0};
    unsigned cpus = stat_count_cpus(text);
    char key[32];

    expect(stat_get(text, "cpu", all, CPU_N_COLUMNS) == CPU_N_COLUMNS, "line cpu is too short");
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        snprintf(key, sizeof key, "cpu%u", cpu);
        expect(stat_get(text, key, one, CPU_N_COLUMNS) == CPU_N_COLUMNS, "line %s is too short",
               key);
        for (size_t i = 0; i < CPU_N_COLUMNS; i++)
            sum[i] += one[i];
    }
    for (size_t i = 0; i < CPU_N_COLUMNS; i++)
        expect(all[i] <= sum[i] + 2 * cpus && sum[i] <= all[i] + 2 * cpus,
               "column %zu: cpu says %" PRIu64 ", its parts %" PRIu64, i + 1, all[i], sum[i]);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);

    for (int round = 0; round < ROUNDS; round++) {
        ProcText stat = proc_read(directory, "stat");

        check(stat.text);
        free(stat.text);
    }
    return 0;
}
