/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/bench/histogram.h"

/* What is below HISTOGRAM_STEPS has a place of its own; above it each power of two has that many.
 */
static unsigned
place_of(uint64_t nsec)
{
    unsigned shift = 0, place;

    while (nsec >> shift >= 2 * HISTOGRAM_STEPS)
        shift++;
    place = (unsigned)(nsec >> shift) + shift * HISTOGRAM_STEPS;
    return place < HISTOGRAM_POWERS * HISTOGRAM_STEPS ? place
                                                      : HISTOGRAM_POWERS * HISTOGRAM_STEPS - 1;
}

/* The middle of what has this place. */
static uint64_t
duration_of(unsigned place)
{
    unsigned shift = place < 2 * HISTOGRAM_STEPS ? 0 : place / HISTOGRAM_STEPS - 1;
    uint64_t first = (uint64_t)(place - shift * HISTOGRAM_STEPS) << shift;

    return first + ((UINT64_C(1) << shift) >> 1);
}

void
histogram_add(Histogram *histogram, uint64_t nsec)
{
    (void)__atomic_fetch_add(&histogram->counts[place_of(nsec)], 1, __ATOMIC_RELAXED);
    (void)__atomic_fetch_add(&histogram->count, 1, __ATOMIC_RELAXED);
}

void
histogram_merge(Histogram *histogram, const Histogram *other)
{
    for (unsigned i = 0; i < HISTOGRAM_POWERS * HISTOGRAM_STEPS; i++)
        histogram->counts[i] += other->counts[i];
    histogram->count += other->count;
}

uint64_t
histogram_quantile(const Histogram *histogram, unsigned permille)
{
    uint64_t wanted = (histogram->count * permille + 999) / 1000, seen = 0;

    if (histogram->count == 0)
        return 0;
    for (unsigned i = 0; i < HISTOGRAM_POWERS * HISTOGRAM_STEPS; i++) {
        seen += histogram->counts[i];
        if (seen >= wanted)
            return duration_of(i);
    }
    return 0;
}
