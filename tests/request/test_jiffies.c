/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/jiffies.h"
#include "tests/unit/cmocka.h"

#include <glib.h>

#define HZ_250 4000000u
#define HZ_1000 1000000u
#define HZ_100 10000000u

/* What the kernel makes of it: nanoseconds rounded up. */
static uint64_t
jiffies_after(uint64_t since_usec, uint64_t left_usec, uint64_t jiffy)
{
    uint64_t nsec = (uint64_t)(jiffies_timeout(left_usec, since_usec * 1000, jiffy) * 1e9);

    return (nsec + jiffy - 1) / jiffy;
}

static uint64_t
jiffies(uint64_t left_usec, uint64_t jiffy)
{
    return jiffies_after(0, left_usec, jiffy);
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

/* After 3 ms of it, one more ends 5 ms from now: that is 1 ms and a jiffy. */
static void
what_has_passed_of_a_jiffy_counts(void **state)
{
    (void)state;
    assert_int_equal(jiffies_after(3000, 1000, HZ_250), 1);
    assert_int_equal(jiffies_after(2999, 1000, HZ_250), 0);
    assert_int_equal(jiffies_after(2000, 10000, HZ_250), 3);
    assert_int_equal(jiffies_after(3000, 0, HZ_250), 0);
}

static void
near_its_end_a_jiffy_counts_as_over(void **state)
{
    (void)state;
    assert_int_equal(jiffies_after(3500, 3999, HZ_250), 0);
    assert_int_equal(jiffies_after(3499, 3999, HZ_250), 1);
    assert_int_equal(jiffies_after(3900, 4000, HZ_250), 1);
}

static void
how_long_a_jiffy_has_lasted_is_told(void **state)
{
    uint64_t longest = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        longest = MAX(longest, jiffies_since_nsec());
    assert_true(longest > 0);
    assert_true(longest < G_USEC_PER_SEC * UINT64_C(1000)); /* the clocks are the same */
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
        cmocka_unit_test(what_has_passed_of_a_jiffy_counts),
        cmocka_unit_test(near_its_end_a_jiffy_counts_as_over),
        cmocka_unit_test(how_long_a_jiffy_has_lasted_is_told),
        cmocka_unit_test(the_kernel_counts_in_one_of_its_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
