/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cpuset.h"
#include "common/error.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static CpuSet
set_of(const char *text)
{
    CpuSet set;

    assert_true(cpuset_parse(text, strlen(text), &set, NULL));
    return set;
}

static void
prints_as(const char *text, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    CpuSet set = set_of(text);

    cpuset_print(&set, out);
    assert_string_equal(out->str, expected);
}

static void
refuses(const char *text)
{
    g_autoptr(GError) error = NULL;
    CpuSet set;

    assert_false(cpuset_parse(text, strlen(text), &set, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
}

static void
lists_are_printed_as_the_kernel_prints_them(void **state)
{
    (void)state;
    prints_as("", "");
    prints_as("\n", "");
    prints_as("0", "0");
    prints_as("0-3,8\n", "0-3,8");
    prints_as("3,2,1,7,7", "1-3,7");
    prints_as("62-65", "62-65");
    prints_as("0-8191", "0-8191");
}

static void
whatever_is_not_a_list_is_refused(void **state)
{
    static const char *const bad[] = {",",    "1,",     "-1",   "1-",
                                      "3-1",  "a",      "1 2",  "1--2",
                                      "8192", "0-8192", "1,,2", "0-99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        refuses(bad[i]);
}

static void
members_are_counted_and_found_across_words(void **state)
{
    CpuSet set = set_of("5,63-64,8191");

    (void)state;
    assert_true(cpuset_count(&set) == 4);
    assert_true(cpuset_next(&set, 0) == 5);
    assert_true(cpuset_next(&set, 6) == 63);
    assert_true(cpuset_next(&set, 64) == 64);
    assert_true(cpuset_next(&set, 65) == 8191);
    assert_true(cpuset_next(&set, CPUSET_MAX) == -1);
    assert_false(cpuset_has(&set, CPUSET_MAX));
}

static void
the_first_members_are_the_smallest(void **state)
{
    CpuSet set = set_of("2,4-6"), first = cpuset_first(&set, 2), all = cpuset_first(&set, 9);

    (void)state;
    assert_true(cpuset_count(&first) == 2);
    assert_true(cpuset_has(&first, 2) && cpuset_has(&first, 4));
    assert_memory_equal(&all, &set, sizeof set);
}

static void
an_intersection_keeps_what_is_in_both(void **state)
{
    CpuSet set = set_of("0-70"), other = set_of("69-90");

    (void)state;
    cpuset_and(&set, &other);
    assert_true(cpuset_count(&set) == 2);
}

static void
prints_as_mask(const char *text, unsigned n_cpus, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    CpuSet set = set_of(text);

    cpuset_print_mask(&set, n_cpus, out);
    assert_string_equal(out->str, expected);
}

static void
masks_are_printed_as_the_kernel_prints_them(void **state)
{
    (void)state;
    prints_as_mask("0", 1, "1");
    prints_as_mask("0-1", 2, "3");
    prints_as_mask("1", 5, "02");
    prints_as_mask("31", 32, "80000000");
    prints_as_mask("0", 33, "0,00000001");
    prints_as_mask("0-39", 40, "ff,ffffffff");
    prints_as_mask("32,64", 96, "00000001,00000001,00000000");
}

static void
a_mask_of_the_largest_machine_has_256_groups(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    CpuSet set = set_of("8191");

    (void)state;
    cpuset_print_mask(&set, CPUSET_MAX, out);
    assert_int_equal(out->len, 256 * 9 - 1);
    assert_true(g_str_has_prefix(out->str, "80000000,"));
}

static void
parses_as_mask(const char *text, const char *expected)
{
    CpuSet wanted = set_of(expected), got;

    assert_true(cpuset_parse_mask(text, strlen(text), &got, NULL));
    assert_memory_equal(&got, &wanted, sizeof got);
}

static void
masks_are_read_as_the_kernel_prints_them(void **state)
{
    (void)state;
    parses_as_mask("3\n", "0-1");
    parses_as_mask("00", "");
    parses_as_mask("ff,ffffffff\n", "0-39");
    parses_as_mask("00000001,00000001,00000000", "32,64");
    parses_as_mask("A0", "5,7");
}

static void
whatever_is_not_a_mask_is_refused(void **state)
{
    static const char *const bad[] = {"", "\n", ",", "1,", ",1", "0x1", "100000000", "g", "1 2"};
    g_autofree char *many = g_strnfill(2 * (CPUSET_MAX / 32), ',');

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad) + 1; i++) {
        const char *text = i < G_N_ELEMENTS(bad) ? bad[i] : many;
        g_autoptr(GError) error = NULL;
        CpuSet set;

        assert_false(cpuset_parse_mask(text, strlen(text), &set, &error));
        assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
    }
}

static void
members_are_found_by_their_rank(void **state)
{
    CpuSet set = set_of("2,4-6");

    (void)state;
    assert_true(cpuset_nth(&set, 0) == 2);
    assert_true(cpuset_nth(&set, 3) == 6);
    assert_true(cpuset_nth(&set, 4) == -1);
}

static void
renumbering_leaves_out_what_is_not_shown(void **state)
{
    CpuSet set = set_of("0-1,6,8-9"), shown = set_of("1,4-6,9"), expected = set_of("0,3-4");
    CpuSet got = cpuset_renumber(&set, &shown);

    (void)state;
    assert_memory_equal(&got, &expected, sizeof got);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_printed_as_the_kernel_prints_them),
        cmocka_unit_test(whatever_is_not_a_list_is_refused),
        cmocka_unit_test(members_are_counted_and_found_across_words),
        cmocka_unit_test(the_first_members_are_the_smallest),
        cmocka_unit_test(an_intersection_keeps_what_is_in_both),
        cmocka_unit_test(masks_are_printed_as_the_kernel_prints_them),
        cmocka_unit_test(a_mask_of_the_largest_machine_has_256_groups),
        cmocka_unit_test(masks_are_read_as_the_kernel_prints_them),
        cmocka_unit_test(whatever_is_not_a_mask_is_refused),
        cmocka_unit_test(members_are_found_by_their_rank),
        cmocka_unit_test(renumbering_leaves_out_what_is_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
