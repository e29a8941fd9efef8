/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

static void
shows(const Snapshot *snapshot, unsigned n_cpus, uint64_t idle, const char *expected)
{
    View view = {.snapshot = snapshot, .cpu = {.n_online = n_cpus, .n_seen = n_cpus}};

    view.cpu.total.idle = idle;
    renders(uptime_render, &view, expected);
}

static void
uptime_counts_from_the_containers_birth(void **state)
{
    Snapshot snapshot = {.now = 1000 * SEC, .born = 900 * SEC};

    (void)state;
    shows(&snapshot, 2, 150 * SEC, "100.00 150.00\n");
}

static void
hundredths_are_cut_not_rounded(void **state)
{
    Snapshot snapshot = {.now = 1 * SEC + 59999};

    (void)state;
    shows(&snapshot, 1, 9999, "1.05 0.00\n");
}

static void
a_time_namespace_is_believed_as_the_kernel_believes_it(void **state)
{
    Snapshot younger = {
        .now = 1000 * SEC, .born = 900 * SEC, .boottime_offset = -950 * (int64_t)SEC};
    Snapshot older = {.now = 1000 * SEC, .born = 900 * SEC, .boottime_offset = 500 * (int64_t)SEC};

    (void)state;
    shows(&younger, 1, 10 * SEC, "50.00 10.00\n");
    shows(&older, 1, 10 * SEC, "1500.00 10.00\n");
}

static void
nothing_was_idle_for_longer_than_it_was_up(void **state)
{
    Snapshot snapshot = {.now = 10 * SEC, .born = 5 * SEC};

    (void)state;
    shows(&snapshot, 2, 11 * SEC, "5.00 10.00\n");
}

static void
cpus_that_are_hidden_now_were_idle_then(void **state)
{
    Snapshot snapshot = {.now = 10 * SEC};
    View view = {.snapshot = &snapshot, .cpu = {.n_online = 1, .n_seen = 4}};

    (void)state;
    view.cpu.total.idle = 25 * SEC;
    renders(uptime_render, &view, "10.00 25.00\n");
}

static void
a_birth_in_the_future_is_an_uptime_of_zero(void **state)
{
    Snapshot snapshot = {.now = 10 * SEC, .born = 11 * SEC};
    Snapshot shifted = {.now = 10 * SEC, .boottime_offset = INT64_MIN};

    (void)state;
    shows(&snapshot, 1, 0, "0.00 0.00\n");
    shows(&shifted, 1, 0, "0.00 0.00\n");
}

static void
the_end_of_time_is_printed(void **state)
{
    Snapshot snapshot = {.now = UINT64_MAX, .boottime_offset = INT64_MAX};

    (void)state;
    shows(&snapshot, 8192, UINT64_MAX, "18446744073709.55 18446744073709.55\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uptime_counts_from_the_containers_birth),
        cmocka_unit_test(hundredths_are_cut_not_rounded),
        cmocka_unit_test(a_time_namespace_is_believed_as_the_kernel_believes_it),
        cmocka_unit_test(nothing_was_idle_for_longer_than_it_was_up),
        cmocka_unit_test(cpus_that_are_hidden_now_were_idle_then),
        cmocka_unit_test(a_birth_in_the_future_is_an_uptime_of_zero),
        cmocka_unit_test(the_end_of_time_is_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
