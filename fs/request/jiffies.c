/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/jiffies.h"

#include <time.h>

double
jiffies_timeout(uint64_t left_usec, uint64_t jiffy_nsec)
{
    uint64_t whole = left_usec * 1000 / jiffy_nsec;

    /* Half a jiffy less, so that rounding up cannot make it one more. */
    return whole > 0 ? (double)(whole * jiffy_nsec - jiffy_nsec / 2) / 1e9 : 0.0;
}

uint64_t
jiffies_length_nsec(void)
{
    struct timespec length;

    (void)clock_getres(CLOCK_MONOTONIC_COARSE, &length); /* cannot fail for this clock */
    return (uint64_t)length.tv_sec * 1000000000u + (uint64_t)length.tv_nsec;
}
