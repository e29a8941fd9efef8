/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

static void
shows(LoadView load, const char *expected)
{
    View view = {.load = load};

    renders(loadavg_render, &view, expected);
}

static void
averages_are_rounded_to_two_digits_as_the_kernel_does(void **state)
{
    (void)state;
    shows((LoadView){.averages = {328, 68, 22}, .threads = 1}, "0.16 0.03 0.01 1/1 0\n");
    shows((LoadView){.averages = {2038, 2037, 2048 * 12345 + 1024}, .threads = 1},
          "1.00 0.99 12345.50 1/1 0\n");
}

static void
he_who_reads_is_running(void **state)
{
    (void)state;
    shows((LoadView){.running = 2, .threads = 9, .last_pid = 77}, "0.00 0.00 0.00 3/9 77\n");
}

static void
there_are_no_fewer_threads_than_run(void **state)
{
    (void)state;
    shows((LoadView){.running = 2, .threads = 1}, "0.00 0.00 0.00 3/3 0\n");
}

static void
blocked_threads_are_not_running(void **state)
{
    (void)state;
    shows((LoadView){.blocked = 5, .threads = 9}, "0.00 0.00 0.00 1/9 0\n");
}

static void
the_largest_numbers_are_printed(void **state)
{
    (void)state;
    shows((LoadView){.averages = {UINT64_MAX, 0, 0}, .running = UINT64_MAX, .last_pid = UINT64_MAX},
          "9007199254740991.99 0.00 0.00 18446744073709551615/18446744073709551615 "
          "18446744073709551615\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages_are_rounded_to_two_digits_as_the_kernel_does),
        cmocka_unit_test(he_who_reads_is_running),
        cmocka_unit_test(there_are_no_fewer_threads_than_run),
        cmocka_unit_test(blocked_threads_are_not_running),
        cmocka_unit_test(the_largest_numbers_are_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
