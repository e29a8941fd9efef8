/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/number.h"
#include "launcher/launch_error.h"
#include "launcher/quantity.h"
#include "tests/unit/cmocka.h"

#define MIB (UINT64_C(1) << 20)

static void
is_size(const char *text, uint64_t wanted)
{
    g_autoptr(GError) error = NULL;
    uint64_t value = 0;

    if (!quantity_parse_size(text, &value, &error))
        fail_msg("'%s' was refused: %s", text, error->message);
    if (value != wanted)
        fail_msg("'%s' is %" G_GUINT64_FORMAT, text, value);
}

static void
is_no_size(const char *text)
{
    g_autoptr(GError) error = NULL;
    uint64_t value = 7;

    if (quantity_parse_size(text, &value, &error))
        fail_msg("'%s' was taken for %" G_GUINT64_FORMAT, text, value);
    assert_true(g_error_matches(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE));
    assert_int_equal(value, 7);
    assert_non_null(strstr(error->message, text));
}

static void
sizes_have_dockers_units(void **state G_GNUC_UNUSED)
{
    is_size("1048576", MIB);
    is_size("4096b", 4096);
    is_size("64k", 65536);
    is_size("256m", 256 * MIB);
    is_size("256M", 256 * MIB);
    is_size("256MB", 256 * MIB);
    is_size("2GiB", 2048 * MIB);
    is_size("1t", MIB * MIB);
}

static void
sizes_may_have_a_fraction(void **state G_GNUC_UNUSED)
{
    is_size("1.5g", 1536 * MIB);
    is_size("0.5k", 512);
}

static void
what_is_no_size_is_refused(void **state G_GNUC_UNUSED)
{
    is_no_size("");
    is_no_size("12x");
    is_no_size("-1");
    is_no_size("+1");
    is_no_size(" 1m");
    is_no_size("1m ");
    is_no_size("m");
    is_no_size("1.m");
    is_no_size(".5g");
    is_no_size("1bb");
    is_no_size("1mm");
    is_no_size("0x10");
}

static void
a_size_of_nothing_is_refused(void **state G_GNUC_UNUSED)
{
    is_no_size("0");
    is_no_size("0m");
    is_no_size("0.0001b");
}

static void
a_size_that_overflows_is_refused(void **state G_GNUC_UNUSED)
{
    is_no_size("9223372036854775808");
    is_no_size("99999999999999999999999");
    is_no_size("99999999999t");
}

static void
only_the_unlimited_size_may_be_minus_one(void **state G_GNUC_UNUSED)
{
    uint64_t value;

    assert_true(quantity_parse_size_or_unlimited("-1", &value, NULL));
    assert_true(value == NUMBER_MAX);
    assert_false(quantity_parse_size_or_unlimited("-2", &value, NULL));
}

static void
is_cpus(const char *text, uint64_t wanted_usec)
{
    uint64_t usec = 0;

    if (!quantity_parse_cpus(text, &usec, NULL) || usec != wanted_usec)
        fail_msg("'%s' is %" G_GUINT64_FORMAT, text, usec);
}

static void
cpus_are_microseconds_of_a_tenth_of_a_second(void **state G_GNUC_UNUSED)
{
    is_cpus("0.5", 50000);
    is_cpus("2", 200000);
    is_cpus("1.25", 125000);
    is_cpus("0.01", 1000);
    is_cpus("0.333333333333", 33333);
}

static void
what_is_no_number_of_cpus_is_refused(void **state G_GNUC_UNUSED)
{
    const char *const texts[] = {
        "", "-1", "0", "0.001", "1.", "half", "1e3", "8193", "99999999999999999999"};
    uint64_t usec;

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        if (quantity_parse_cpus(texts[i], &usec, &error))
            fail_msg("'%s' was taken", texts[i]);
        assert_true(g_error_matches(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE));
    }
}

static void
counts_stay_in_their_range(void **state G_GNUC_UNUSED)
{
    uint64_t value;

    assert_true(quantity_parse_count("2", 2, 10, &value, NULL));
    assert_true(quantity_parse_count("10", 2, 10, &value, NULL));
    assert_int_equal(value, 10);
    assert_false(quantity_parse_count("1", 2, 10, &value, NULL));
    assert_false(quantity_parse_count("11", 2, 10, &value, NULL));
    assert_false(quantity_parse_count("5x", 2, 10, &value, NULL));
    assert_false(quantity_parse_count("", 0, 10, &value, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_have_dockers_units),
        cmocka_unit_test(sizes_may_have_a_fraction),
        cmocka_unit_test(what_is_no_size_is_refused),
        cmocka_unit_test(a_size_of_nothing_is_refused),
        cmocka_unit_test(a_size_that_overflows_is_refused),
        cmocka_unit_test(only_the_unlimited_size_may_be_minus_one),
        cmocka_unit_test(cpus_are_microseconds_of_a_tenth_of_a_second),
        cmocka_unit_test(what_is_no_number_of_cpus_is_refused),
        cmocka_unit_test(counts_stay_in_their_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
