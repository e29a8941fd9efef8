/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/clock.h"

#include <time.h>

#define NSEC_PER_SEC 1000000000u

static uint64_t
read_nsec(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now); /* cannot fail for these clocks */
    return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

uint64_t
clock_boottime(void)
{
    return read_nsec(CLOCK_BOOTTIME) / 1000;
}

uint64_t
clock_monotonic_nsec(void)
{
    return read_nsec(CLOCK_MONOTONIC);
}
