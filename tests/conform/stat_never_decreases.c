/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* stat: no counter decreases, and btime stays.  idle and iowait are left out: the kernel itself
 * lets them go back (proc(5)); ours_idle_never_decreases checks ours. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DURATION_MSEC 1500

static void
compare_line(const char *before, const char *after, const char *key)
{
    uint64_t old[CPU_N_COLUMNS], new[CPU_N_COLUMNS];
    size_t n_old = stat_get(before, key, old, CPU_N_COLUMNS);
    size_t n_new = stat_get(after, key, new, CPU_N_COLUMNS);

    expect(n_old > 0 && n_old == n_new, "line %s: %zu columns, then %zu", key, n_old, n_new);
    for (size_t i = 0; i < n_new; i++) {
        if (i == CPU_IDLE || i == CPU_IOWAIT)
            continue;
        expect(new[i] >= old[i], "line %s, column %zu: %" PRIu64 ", then %" PRIu64, key, i + 1,
               old[i], new[i]);
    }
}

static void
compare(const char *before, const char *after)
{
    uint64_t old, new;
    unsigned cpus = stat_count_cpus(after);
    char key[32];

    compare_line(before, after, "cpu");
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        snprintf(key, sizeof key, "cpu%u", cpu);
        compare_line(before, after, key);
    }
    compare_line(before, after, "intr");
    compare_line(before, after, "ctxt");
    compare_line(before, after, "processes");
    compare_line(before, after, "softirq");
    expect(stat_get(before, "btime", &old, 1) == 1 && stat_get(after, "btime", &new, 1) == 1,
           "no btime");
    expect(old == new, "btime %" PRIu64 ", then %" PRIu64, old, new);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    ProcText before = proc_read(directory, "stat");
    uint64_t end = now_msec() + DURATION_MSEC;

    while (now_msec() < end) {
        ProcText after = proc_read(directory, "stat");

        compare(before.text, after.text);
        free(before.text);
        before = after;
    }
    free(before.text);
    return 0;
}
