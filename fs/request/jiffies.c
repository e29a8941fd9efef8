/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/jiffies.h"

#include <stdbool.h>
#include <time.h>

/* So long before its end the next jiffy may have begun until the kernel has been told. */
#define ON_THE_WAY_NSEC 500000u

double
jiffies_timeout(uint64_t left_usec, uint64_t since_nsec, uint64_t jiffy_nsec)
{
    bool is_next = since_nsec + ON_THE_WAY_NSEC >= jiffy_nsec;
    uint64_t whole = (left_usec * 1000 + (is_next ? 0 : since_nsec)) / jiffy_nsec;

    /* Half a jiffy less, so that rounding up cannot make it one more. */
    return left_usec > 0 && whole > 0 ? (double)(whole * jiffy_nsec - jiffy_nsec / 2) / 1e9 : 0.0;
}

static uint64_t
nsec_of(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now); /* cannot fail for these clocks */
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
jiffies_since_nsec(void)
{
    uint64_t began = nsec_of(CLOCK_MONOTONIC_COARSE); /* before, so that it is not later */

    return nsec_of(CLOCK_MONOTONIC) - began;
}

uint64_t
jiffies_length_nsec(void)
{
    struct timespec length;

    (void)clock_getres(CLOCK_MONOTONIC_COARSE, &length); /* cannot fail for this clock */
    return (uint64_t)length.tv_sec * 1000000000u + (uint64_t)length.tv_nsec;
}
