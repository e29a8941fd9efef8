/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/longest.h"
#include "tests/unit/cmocka.h"

static void
nothing_is_told_until_somebody_asks(void **state)
{
    uint32_t told = 0;

    (void)state;
    assert_int_equal(longest_known(&told), 0);
    assert_int_equal(longest_settle(&told, 100), 100);
    assert_int_equal(longest_known(&told), 100);
}

static void
of_two_who_tell_the_first_is_believed(void **state)
{
    uint32_t told = 0;

    (void)state;
    (void)longest_settle(&told, 100);
    assert_int_equal(longest_settle(&told, 200), 100);
    assert_int_equal(longest_known(&told), 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_told_until_somebody_asks),
        cmocka_unit_test(of_two_who_tell_the_first_is_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
