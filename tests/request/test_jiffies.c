/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/jiffies.h"
#include "tests/unit/cmocka.h"

#define HZ_250 4000000u
#define HZ_1000 1000000u
#define HZ_100 10000000u

/* What the kernel makes of it: nanoseconds rounded up. */
static uint64_t
jiffies(uint64_t left_usec, uint64_t jiffy)
{
    uint64_t nsec = (uint64_t)(jiffies_timeout(left_usec, jiffy) * 1e9);

    return (nsec + jiffy - 1) / jiffy;
}

static void
what_is_left_is_rounded_down_to_jiffies(void **state)
{
    (void)state;
    assert_int_equal(jiffies(10000, HZ_250), 2);
    assert_int_equal(jiffies(8000, HZ_250), 2);
    assert_int_equal(jiffies(7999, HZ_250), 1);
    assert_int_equal(jiffies(10000, HZ_1000), 10);
    assert_int_equal(jiffies(10000, HZ_100), 1);
}

static void
less_than_a_jiffy_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(jiffies(3999, HZ_250), 0);
    assert_int_equal(jiffies(9999, HZ_100), 0);
    assert_int_equal(jiffies(0, HZ_1000), 0);
}

static void
the_kernel_counts_in_one_of_its_lengths(void **state)
{
    uint64_t length = jiffies_length_nsec();

    (void)state;
    assert_true(length >= 900000 && length <= 10100000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_is_rounded_down_to_jiffies),
        cmocka_unit_test(less_than_a_jiffy_is_nothing),
        cmocka_unit_test(the_kernel_counts_in_one_of_its_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
