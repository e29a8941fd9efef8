/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ProcFile.longest against the longest texts there can be. */

#include "tests/unit/file_of.h"
#include "fs/containers.h"
#include "tests/unit/pure/rendering.h"

/* The text of @path for @view fits, with no more than @blanks to fill up. */
static void
fits(const char *path, const View *view, size_t blanks)
{
    const ProcFile *file = file_of(path);
    g_autoptr(GString) out = g_string_new(NULL);

    file->render(view, out);
    assert_in_range(file->longest(view), out->len, out->len + blanks);
}

static void
uptime_fits_until_the_clock_ends(void **state)
{
    Snapshot snapshot = {.now = UINT64_MAX};
    View view = {.snapshot = &snapshot, .cpu = {.n_online = 1, .n_seen = 1}};

    (void)state;
    view.cpu.total.idle = UINT64_MAX;
    fits("proc/uptime", &view, 0);
}

static void
loadavg_fits_with_all_threads_there_can_be(void **state)
{
    View view = {.load = {.running = 4194303, .threads = 4194304, .last_pid = 4194304}};

    (void)state;
    for (unsigned i = 0; i < LOAD_VIEW_AVERAGES; i++)
        view.load.averages[i] = UINT64_C(4194304) << 11;
    fits("proc/loadavg", &view, 0);
}

static void
pressure_fits_with_all_that_a_kernel_can_count(void **state)
{
    Snapshot snapshot = {
        .pressure =
            host_text("some avg10=100.00 avg60=100.00 avg300=100.00 total=18446744073709551615\n"
                      "full avg10=100.00 avg60=100.00 avg300=100.00 total=18446744073709551615\n")};
    View view = {.snapshot = &snapshot};

    (void)state;
    fits("proc/pressure/memory", &view, 0);
}

static void
swaps_fit_with_all_swap_that_can_be_counted(void **state)
{
    Snapshot snapshot = {.swaps = host_text("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
                         .host_memory = {.swap_total = UINT64_MAX, .swap_free = UINT64_MAX},
                         .memory = {.swap_known = true,
                                    .swap_limit = UINT64_MAX,
                                    .swap_room = UINT64_MAX,
                                    .limit = UINT64_MAX,
                                    .room = UINT64_MAX}};
    View view = {.snapshot = &snapshot};

    (void)state;
    fits("proc/swaps", &view, 17); /* nothing of it is used here */
}

static void
stat_fits_for_three_centuries_of_all_the_hosts_cpus(void **state)
{
    const uint64_t ticks = UINT64_C(999999999999) * 10000;
    CpuTimes busy = {.user = ticks, .nice = ticks, .system = ticks, .idle = ticks, .steal = ticks};
    CpuTimes cpus[2] = {busy, busy};
    Snapshot snapshot = {.stat = host_text("cpu  1\ncpu0 1\ncpu1 1\nintr 5 6\nctxt 1\nbtime 5\n"
                                           "processes 3\nprocs_running 1\nprocs_blocked 1\n"
                                           "softirq 1 2 3\n"),
                         .host_cpu = {.n = 2, .btime = UINT64_MAX}};
    View view = {.snapshot = &snapshot,
                 .load = {.running = 4194303, .blocked = 4194304},
                 .cpu = {.total = busy, .cpus = cpus, .n_online = 2, .n_seen = 2}};

    (void)state;
    fits("proc/stat", &view, 5 * 4 + 2 * 3); /* no room is lost but for more CPUs */
}

static void
meminfo_fits_whatever_is_used(void **state)
{
    Snapshot snapshot = {
        .meminfo = host_text("MemTotal:       99999999 kB\n"
                             "MemFree:        11111111 kB\n"
                             "AnonPages:             1 kB\n"
                             "VmallocTotal:   34359738367 kB\n"
                             "HugePages_Total:       1\n"),
        .host_memory = {.total = 99999999 * KIB, .free = 1},
        .memory = {.anon = 999999999 * KIB, .limit = UINT64_MAX, .room = UINT64_MAX}};
    View view = {.snapshot = &snapshot};

    (void)state;
    fits("proc/meminfo", &view, 1 + 1 + 4); /* the total and what is free are not ten times more */
}

static void
all_cpus_of_the_host_fit_into_cpuinfo(void **state)
{
    Snapshot snapshot = {.cpuinfo = host_text("processor\t: 0\nsiblings\t: 1\ncpu cores\t: 1\n\n"
                                              "processor\t: 1\nsiblings\t: 1\ncpu cores\t: 1\n\n"),
                         .host_cpu = {.n = 2}};
    View view = {.snapshot = &snapshot, .cpus = cpus("0-1")};

    (void)state;
    fits("proc/cpuinfo", &view, 2 * 16);
}

static void
a_container_has_room_for_the_longest_of_each_file(void **state)
{
    (void)state;
    for (unsigned i = 0; i < proc_files_n; i++)
        assert_true(!proc_files[i].longest || i < CONTAINER_FILES);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uptime_fits_until_the_clock_ends),
        cmocka_unit_test(loadavg_fits_with_all_threads_there_can_be),
        cmocka_unit_test(pressure_fits_with_all_that_a_kernel_can_count),
        cmocka_unit_test(swaps_fit_with_all_swap_that_can_be_counted),
        cmocka_unit_test(stat_fits_for_three_centuries_of_all_the_hosts_cpus),
        cmocka_unit_test(meminfo_fits_whatever_is_used),
        cmocka_unit_test(all_cpus_of_the_host_fit_into_cpuinfo),
        cmocka_unit_test(a_container_has_room_for_the_longest_of_each_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
