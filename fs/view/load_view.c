/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* linux:kernel/sched/loadavg.c and include/linux/sched/loadavg.h: calc_load(), calc_load_n() and
 * fixed_power_int(), to the bit. */

#include "fs/view/load_view.h"

#include "common/number.h"

#define SHIFT 11
#define ONE (UINT64_C(1) << SHIFT)

/* More threads than any kernel has: with as many nothing below wraps. */
#define ACTIVE_MAX (UINT64_C(1) << 32)

/* How much of an average is left after a period: 1 / e^(5 s / 1, 5, 15 min) */
static const uint64_t decays[LOAD_VIEW_AVERAGES] = {1884, 2014, 2037};

static uint64_t
power(uint64_t x, uint64_t n)
{
    uint64_t result = ONE;

    for (; n > 0; n >>= 1) {
        if (n & 1)
            result = (result * x + ONE / 2) >> SHIFT;
        x = (x * x + ONE / 2) >> SHIFT;
    }
    return result;
}

/* @load after @periods in which @active (in 1/2048, too) threads were active. */
static uint64_t
decayed(uint64_t load, uint64_t decay, uint64_t active, uint64_t periods)
{
    uint64_t left = power(decay, periods);
    uint64_t sum = load * left + active * (ONE - left);

    if (active >= load)
        sum += ONE - 1; /* up, or the average would never reach it */
    return sum / ONE;
}

static uint64_t
fixed(uint64_t threads)
{
    return MIN(threads, ACTIVE_MAX) * ONE;
}

/* The average of what has been @active for @usec, and nothing before. */
static uint64_t
risen(uint64_t decay, uint64_t active, uint64_t usec)
{
    uint64_t periods = usec / LOAD_VIEW_PERIOD_USEC;

    return periods > 0 ? decayed(0, decay, active, periods) : 0;
}

/* For how long the threads that run may have been running, by the CPU time that was used. */
static uint64_t
busy_usec(const LoadPast *past)
{
    uint64_t milli_cpus = MIN(number_mul(past->running, 1000), past->milli_cpus);

    return MIN(number_mul_div(past->usage_usec, 1000, milli_cpus), past->age_usec);
}

/* How many CPUs were used over its whole life, in 1/2048. */
static uint64_t
mean(const LoadPast *past)
{
    uint64_t most = number_mul_div(past->milli_cpus, ONE, 1000);

    return MIN(number_mul_div(past->usage_usec, ONE, past->age_usec), MIN(most, ACTIVE_MAX));
}

void
load_view_begin(LoadView *view, const LoadPast *past)
{
    uint64_t running = fixed(past->running), blocked = fixed(past->blocked);

    for (unsigned i = 0; i < LOAD_VIEW_AVERAGES; i++) {
        uint64_t now = risen(decays[i], running, busy_usec(past));
        uint64_t ever = risen(decays[i], mean(past), past->age_usec);

        view->averages[i] = MAX(now, ever) + risen(decays[i], blocked, past->age_usec);
    }
}

void
load_view_advance(LoadView *view, uint64_t periods)
{
    uint64_t active = fixed(number_add(view->running, view->blocked));

    for (unsigned i = 0; i < LOAD_VIEW_AVERAGES; i++)
        view->averages[i] = decayed(view->averages[i], decays[i], active, periods);
}
