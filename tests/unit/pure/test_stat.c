/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

/* Linux 6.18, two CPUs; intr shortened. */
static const char host_stat[] = "cpu  5347 1 2921 279939 784 0 92 14 3 2\n"
                                "cpu0 2160 0 1110 141287 34 0 11 5 0 0\n"
                                "cpu1 3186 1 1810 138652 749 0 81 8 3 2\n"
                                "intr 344492 0 0 1 1 14 0 289 72\n"
                                "ctxt 728171\n"
                                "btime 1795305142\n"
                                "processes 13595\n"
                                "procs_running 3\n"
                                "procs_blocked 2\n"
                                "softirq 257843 0 22110 4 7178 143965 0 3 44225 0 40358\n";

#define REST                                                                                       \
    "procs_running 1\n"                                                                            \
    "procs_blocked 0\n"                                                                            \
    "softirq 0 0 0 0 0 0 0 0 0 0 0\n"

/* Renders @stat with @n CPUs online of all @cpus. */
static void
shows(const char *stat, const CpuView *cpu, const char *expected)
{
    Snapshot snapshot = {.stat = host_text(stat), .host_cpu.btime = 1795305142};
    View view = {.snapshot = &snapshot, .cpu = *cpu};

    renders(stat_render, &view, expected);
}

static void
cpu_lines_are_the_views_and_no_other_line_is_the_hosts(void **state)
{
    CpuTimes times[] = {{.user = 10 * SEC, .system = 2 * SEC, .idle = 30 * SEC, .steal = 4 * SEC},
                        {.nice = 1 * SEC, .idle = 45 * SEC + 9999}};
    CpuView cpu = {.n_online = 2, .n_seen = 2, .cpus = times};

    (void)state;
    cpu.total = (CpuTimes){.user = 10 * SEC,
                           .nice = 1 * SEC,
                           .system = 2 * SEC,
                           .idle = 75 * SEC + 9999,
                           .steal = 4 * SEC};
    shows(host_stat, &cpu,
          "cpu  1000 100 200 7500 0 0 0 400 0 0\n"
          "cpu0 1000 0 200 3000 0 0 0 400 0 0\n"
          "cpu1 0 100 0 4500 0 0 0 0 0 0\n"
          "intr 0\n"
          "ctxt 0\n"
          "btime 1795305142\n"
          "processes 0\n" REST);
}

static void
hidden_cpus_have_no_line(void **state)
{
    CpuTimes times[] = {{.user = 1 * SEC}, {.user = 2 * SEC}};
    CpuView cpu = {.n_online = 1, .n_seen = 2, .cpus = times, .total = {.user = 3 * SEC}};

    (void)state;
    shows("cpu  1 2 3 4 0 0 0 0 0 0\ncpu0 1 2 3 4 0 0 0 0 0 0\n", &cpu,
          "cpu  300 0 0 0 0 0 0 0 0 0\n"
          "cpu0 100 0 0 0 0 0 0 0 0 0\n");
}

static void
more_cpus_than_the_hosts_text_has_are_all_printed(void **state)
{
    CpuTimes times[3] = {{0}};
    CpuView cpu = {.n_online = 3, .n_seen = 3, .cpus = times};

    (void)state;
    shows("cpu  1 2 3 4 0 0 0 0 0 0\ncpu0 1 2 3 4 0 0 0 0 0 0\n", &cpu,
          "cpu  0 0 0 0 0 0 0 0 0 0\n"
          "cpu0 0 0 0 0 0 0 0 0 0 0\n"
          "cpu1 0 0 0 0 0 0 0 0 0 0\n"
          "cpu2 0 0 0 0 0 0 0 0 0 0\n");
}

static void
lines_of_a_newer_kernel_are_there_but_zero(void **state)
{
    CpuView cpu = {0};

    (void)state;
    shows("ctxt 5\nnmi_total 17 4 9\nlonely\nlast 8", &cpu,
          "ctxt 0\nnmi_total 0 0 0\nlonely\nlast 0\n");
}

static void
all_columns_are_printed_in_the_kernels_order(void **state)
{
    CpuTimes all = {10 * MSEC, 20 * MSEC, 30 * MSEC, 40 * MSEC, 50 * MSEC,
                    60 * MSEC, 70 * MSEC, 80 * MSEC, 90 * MSEC, 100 * MSEC};
    CpuView cpu = {.total = all};

    (void)state;
    shows("cpu  0 0 0 0 0 0 0 0 0 0\n", &cpu, "cpu  1 2 3 4 5 6 7 8 9 10\n");
}

static void
extreme_times_are_printed_whole(void **state)
{
    CpuView cpu = {.total = {.user = UINT64_MAX}};

    (void)state;
    shows("cpu  0 0 0 0 0 0 0 0 0 0\n", &cpu, "cpu  1844674407370955 0 0 0 0 0 0 0 0 0\n");
}

static void
boots_at(int64_t offset, uint64_t host_btime, const char *expected)
{
    Snapshot snapshot = {.stat = host_text("btime 77\n"), .boottime_offset = offset};
    View view = {.snapshot = &snapshot};

    snapshot.host_cpu.btime = host_btime;
    renders(stat_render, &view, expected);
}

static void
btime_moves_against_the_time_namespaces_offset(void **state)
{
    (void)state;
    boots_at(-100 * (int64_t)SEC, 1000, "btime 1100\n");
    boots_at(100 * (int64_t)SEC, 1000, "btime 900\n");
    boots_at(100 * (int64_t)SEC, 10, "btime 0\n");
    boots_at(INT64_MIN, UINT64_MAX, "btime 18446744073709551615\n");
}

static void
an_empty_text_stays_empty(void **state)
{
    CpuView cpu = {0};

    (void)state;
    shows("", &cpu, "");
    shows("\n\n", &cpu, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpu_lines_are_the_views_and_no_other_line_is_the_hosts),
        cmocka_unit_test(hidden_cpus_have_no_line),
        cmocka_unit_test(more_cpus_than_the_hosts_text_has_are_all_printed),
        cmocka_unit_test(lines_of_a_newer_kernel_are_there_but_zero),
        cmocka_unit_test(all_columns_are_printed_in_the_kernels_order),
        cmocka_unit_test(extreme_times_are_printed_whole),
        cmocka_unit_test(btime_moves_against_the_time_namespaces_offset),
        cmocka_unit_test(an_empty_text_stays_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
