/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"
#include "tests/unit/cmocka.h"

static void
a_percentage_is_rounded_down(void **state)
{
    (void)state;
    assert_int_equal(fd_percent(64, 40, 1000), 25);
    assert_int_equal(fd_percent(20000, 6, 2048), 1200);
}

static void
it_is_never_none(void **state)
{
    (void)state;
    assert_int_equal(fd_percent(0, 40, 1000), 1);
    assert_int_equal(fd_percent(2, 40, 1000), 1);
}

static void
it_is_never_more_than_the_most(void **state)
{
    (void)state;
    assert_int_equal(fd_percent(34199, 6, 2048), 2048);
    assert_int_equal(fd_percent(UINT64_MAX, 1, 2048), 2048); /* RLIM_INFINITY */
    assert_int_equal(fd_percent(UINT64_MAX, 100, UINT32_MAX), UINT32_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_percentage_is_rounded_down),
        cmocka_unit_test(it_is_never_none),
        cmocka_unit_test(it_is_never_more_than_the_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
