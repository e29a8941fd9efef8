/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <stdint.h>

/* Often small, sometimes an extreme. */
static inline uint64_t
random_number(GRand *rand)
{
    static const uint64_t extremes[] = {0,
                                        1,
                                        4096,
                                        INT64_MAX - 4095, /* v1: PAGE_COUNTER_MAX */
                                        UINT64_MAX - 1,
                                        UINT64_MAX};
    uint64_t low = g_rand_int(rand), high = g_rand_int(rand);

    if (g_rand_int_range(rand, 0, 4) == 0)
        return extremes[g_rand_int_range(rand, 0, G_N_ELEMENTS(extremes))];
    return (high << 32 | low) >> g_rand_int_range(rand, 0, 60);
}

static inline void
random_numbers(GRand *rand, uint64_t *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        numbers[i] = random_number(rand);
}
