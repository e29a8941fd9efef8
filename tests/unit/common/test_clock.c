/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/clock.h"
#include "tests/unit/cmocka.h"

#include <time.h>

#define USEC_PER_SEC 1000000u

/* Between the same clock read before and after it. */
static void
is_read(uint64_t usec, clockid_t clock, const struct timespec *before)
{
    struct timespec after;

    assert_int_equal(clock_gettime(clock, &after), 0);
    assert_in_range(usec,
                    (uint64_t)before->tv_sec * USEC_PER_SEC + (uint64_t)before->tv_nsec / 1000,
                    (uint64_t)after.tv_sec * USEC_PER_SEC + (uint64_t)after.tv_nsec / 1000);
}

static void
what_is_kept_is_dated_since_boot(void **state)
{
    struct timespec before;

    (void)state;
    assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &before), 0);
    is_read(clock_boottime(), CLOCK_BOOTTIME, &before);
}

static void
what_takes_long_is_measured_in_nanoseconds(void **state)
{
    struct timespec before;

    (void)state;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &before), 0);
    is_read(clock_monotonic_nsec() / 1000, CLOCK_MONOTONIC, &before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_dated_since_boot),
        cmocka_unit_test(what_takes_long_is_measured_in_nanoseconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
