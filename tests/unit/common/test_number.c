/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"
#include "common/number.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static void
parses(const char *text, uint64_t expected)
{
    uint64_t value = 7;

    assert_true(number_parse(text, strlen(text), &value, NULL));
    assert_true(value == expected);
}

static void
refuses(const char *text, size_t len)
{
    g_autoptr(GError) error = NULL;
    uint64_t value = 7;

    assert_false(number_parse(text, len, &value, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
    assert_true(value == 7);
}

static void
numbers_up_to_64_bits_are_read(void **state)
{
    (void)state;
    parses("0", 0);
    parses("007", 7);
    parses("9223372036854771712", UINT64_C(9223372036854771712));
    parses("18446744073709551615", UINT64_MAX);
}

static void
whatever_is_not_a_whole_number_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1\n",
                                      "0x10",
                                      "1.5",
                                      "max",
                                      "18446744073709551616",
                                      "99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        refuses(bad[i], strlen(bad[i]));
    refuses("1\0002", 3);
}

static void
only_the_given_length_is_read(void **state)
{
    uint64_t value;

    (void)state;
    assert_true(number_parse("123456", 3, &value, NULL));
    assert_true(value == 123);
}

static void
a_refusal_quotes_no_control_characters(void **state)
{
    g_autoptr(GError) error = NULL;
    uint64_t value;

    (void)state;
    assert_false(number_parse("\033[2J", 4, &value, &error));
    assert_null(strchr(error->message, '\033'));
}

static void
max_is_the_largest_number_where_it_is_allowed(void **state)
{
    uint64_t value;

    (void)state;
    assert_true(number_parse_or_max("max", 3, &value, NULL));
    assert_true(value == NUMBER_MAX);
    assert_true(number_parse_or_max("12", 2, &value, NULL));
    assert_true(value == 12);
    assert_false(number_parse_or_max("maximum", 7, &value, NULL));
}

static void
a_process_has_a_number_from_1_to_what_pid_t_holds(void **state)
{
    pid_t pid = 7;

    (void)state;
    assert_false(number_parse_pid("0", 1, &pid, NULL));
    assert_false(number_parse_pid("-1", 2, &pid, NULL));
    assert_false(number_parse_pid("", 0, &pid, NULL));
    assert_false(number_parse_pid("2147483648", 10, &pid, NULL)); /* INT32_MAX + 1 */
    assert_int_equal(pid, 7);
    assert_true(number_parse_pid("1", 1, &pid, NULL));
    assert_int_equal(pid, 1);
    assert_true(number_parse_pid("2147483647", 10, &pid, NULL));
    assert_int_equal(pid, INT32_MAX);
}

static void
arithmetic_saturates_instead_of_wrapping(void **state)
{
    (void)state;
    assert_true(number_sub(3, 5) == 0);
    assert_true(number_sub(5, 3) == 2);
    assert_true(number_add(UINT64_MAX, 1) == UINT64_MAX);
    assert_true(number_add(1, 2) == 3);
    assert_true(number_mul(UINT64_MAX / 2, 3) == UINT64_MAX);
    assert_true(number_mul(6, 7) == 42);
}

static void
a_product_is_divided_before_it_can_overflow(void **state)
{
    (void)state;
    assert_true(number_mul_div(UINT64_MAX, 1000, 1000) == UINT64_MAX);
    assert_true(number_mul_div(UINT64_C(1) << 62, 6, 8) == UINT64_C(3) << 60);
    assert_true(number_mul_div(UINT64_MAX, UINT64_MAX, 2) == UINT64_MAX);
    assert_true(number_mul_div(1, 1, 0) == UINT64_MAX);
    assert_true(number_mul_div(UINT64_MAX - 1, UINT64_MAX - 2, UINT64_MAX) == UINT64_MAX - 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_up_to_64_bits_are_read),
        cmocka_unit_test(whatever_is_not_a_whole_number_is_refused),
        cmocka_unit_test(only_the_given_length_is_read),
        cmocka_unit_test(a_refusal_quotes_no_control_characters),
        cmocka_unit_test(max_is_the_largest_number_where_it_is_allowed),
        cmocka_unit_test(a_process_has_a_number_from_1_to_what_pid_t_holds),
        cmocka_unit_test(arithmetic_saturates_instead_of_wrapping),
        cmocka_unit_test(a_product_is_divided_before_it_can_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
