/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/reader/process.h"

#include "common/error.h"
#include "tests/unit/cmocka.h"

#include <string.h>

/* 0: refused. */
static uint64_t
namespace_of(const char *link)
{
    uint64_t number;

    return process_namespace_parse(link, strlen(link), &number) ? number : 0;
}

static void
a_namespace_link_gives_its_number(void **state)
{
    (void)state;
    assert_true(namespace_of("pid:[4026531836]") == 4026531836);
    assert_true(namespace_of("cgroup:[1]") == 1);
}

static void
other_links_are_no_namespaces(void **state)
{
    (void)state;
    assert_true(namespace_of("") == 0);
    assert_true(namespace_of("pid") == 0);
    assert_true(namespace_of("pid:") == 0);
    assert_true(namespace_of("pid:[]") == 0);
    assert_true(namespace_of("pid:[12") == 0);
    assert_true(namespace_of("pid:[x]") == 0);
    assert_true(namespace_of("/proc/1/ns/pid") == 0);
}

static void
status_tells_the_parent_and_the_innermost_number(void **state)
{
    static const char text[] = "Name:\tsh\nPid:\t812\nPPid:\t800\nNSpid:\t812\t14\t1\n";
    ProcessStatus status;

    (void)state;
    assert_true(process_status_parse(text, strlen(text), &status, NULL));
    assert_int_equal(status.parent, 800);
    assert_true(status.number == 1);
    assert_int_equal(status.level, 3);
}

static void
status_before_pid_namespaces_has_no_number(void **state)
{
    ProcessStatus status;

    (void)state;
    assert_true(process_status_parse("PPid:\t1\n", 8, &status, NULL));
    assert_true(status.number == 0);
    assert_int_equal(status.level, 0);
}

static void
a_name_cannot_forge_a_line_of_status(void **state)
{
    /* The kernel escapes a newline in a name. */
    static const char text[] = "Name:\tx\\nPPid:\t7\nPPid:\t1\n";
    ProcessStatus status;

    (void)state;
    assert_true(process_status_parse(text, strlen(text), &status, NULL));
    assert_int_equal(status.parent, 1);
}

static void
refuses_status(const char *text)
{
    g_autoptr(GError) error = NULL;
    ProcessStatus status;

    assert_false(process_status_parse(text, strlen(text), &status, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
}

static void
status_that_is_not_the_kernels_is_refused(void **state)
{
    (void)state;
    refuses_status("");
    refuses_status("PPid:\n");
    refuses_status("PPid:\t-1\n");
    refuses_status("PPid:\t4294967296\n");
    refuses_status("PPid:\t1\nNSpid:\tx\n");
}

static void
stat_tells_the_start_in_microseconds(void **state)
{
    static const char text[] =
        "812 (sh) S 800 812 800 0 812 4194304 1 2 3 4 5 6 7 8 20 0 1 0 6041 9\n";
    ProcessStat stat;

    (void)state;
    assert_true(process_stat_parse(text, strlen(text), &stat, NULL));
    assert_true(stat.start_usec == 60410000);
    assert_false(stat.exiting);
}

static void
a_name_with_brackets_and_numbers_does_not_shift_the_fields(void **state)
{
    static const char text[] =
        "812 (a) R 1 (b) S 800 812 800 0 812 4194304 1 2 3 4 5 6 7 8 20 0 1 0 6041 9\n";
    ProcessStat stat;

    (void)state;
    assert_true(process_stat_parse(text, strlen(text), &stat, NULL));
    assert_true(stat.start_usec == 60410000);
}

static void
who_is_ending_is_told_by_the_flags(void **state)
{
    static const char text[] = "8 (sh) Z 1 8 8 0 -1 4194308 1 2 3 4 5 6 7 8 20 0 1 0 6041 9\n";
    ProcessStat stat;

    (void)state;
    assert_true(process_stat_parse(text, strlen(text), &stat, NULL));
    assert_true(stat.exiting);
}

static void
refuses_stat(const char *text)
{
    g_autoptr(GError) error = NULL;
    ProcessStat stat;

    assert_false(process_stat_parse(text, strlen(text), &stat, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
}

static void
stat_that_is_not_the_kernels_is_refused(void **state)
{
    (void)state;
    refuses_stat("");
    refuses_stat("812 (sh");
    refuses_stat("812 (sh) S 800 812 800 0 812 4194304 1 2 3 4 5 6 7 8 20 0 1 0");
    refuses_stat("812 (sh) S 800 812 800 0 812 0x40 1 2 3 4 5 6 7 8 20 0 1 0 6041 9");
    refuses_stat("812 (sh) S 800 812 800 0 812 4194304 1 2 3 4 5 6 7 8 20 0 1 0 -6041 9");
}

/* INT64_MIN: refused. */
static int64_t
offset_of(const char *text)
{
    int64_t offset;

    return process_boottime_offset_parse(text, strlen(text), &offset, NULL) ? offset : INT64_MIN;
}

static void
the_offset_of_boottime_counts_not_that_of_monotonic(void **state)
{
    (void)state;
    assert_true(
        offset_of("monotonic           1         0\nboottime           -86400         0\n") ==
        -86400 * INT64_C(1000000));
}

static void
nanoseconds_count_forwards_from_negative_seconds(void **state)
{
    (void)state;
    assert_true(offset_of("boottime -1 250000000\n") == -750000);
    assert_true(offset_of("boottime 1 250000000\n") == 1250000);
}

static void
offsets_that_are_not_the_kernels_are_refused(void **state)
{
    (void)state;
    assert_true(offset_of("") == INT64_MIN);
    assert_true(offset_of("boottime\n") == INT64_MIN);
    assert_true(offset_of("boottime 1\n") == INT64_MIN);
    assert_true(offset_of("boottime - 0\n") == INT64_MIN);
    assert_true(offset_of("boottime 9223372036854775807 0\n") == INT64_MIN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_namespace_link_gives_its_number),
        cmocka_unit_test(other_links_are_no_namespaces),
        cmocka_unit_test(status_tells_the_parent_and_the_innermost_number),
        cmocka_unit_test(status_before_pid_namespaces_has_no_number),
        cmocka_unit_test(a_name_cannot_forge_a_line_of_status),
        cmocka_unit_test(status_that_is_not_the_kernels_is_refused),
        cmocka_unit_test(stat_tells_the_start_in_microseconds),
        cmocka_unit_test(a_name_with_brackets_and_numbers_does_not_shift_the_fields),
        cmocka_unit_test(who_is_ending_is_told_by_the_flags),
        cmocka_unit_test(stat_that_is_not_the_kernels_is_refused),
        cmocka_unit_test(the_offset_of_boottime_counts_not_that_of_monotonic),
        cmocka_unit_test(nanoseconds_count_forwards_from_negative_seconds),
        cmocka_unit_test(offsets_that_are_not_the_kernels_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
