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

void
load_view_begin(LoadView *view, const LoadPast *past)
{
    uint64_t running = fixed(past->running), blocked = fixed(past->blocked);
    uint64_t most = MAX(running, ONE), mean = 0;
    /* What runs has not been running for longer than explains the time that was used. */
    uint64_t busy = past->running > 0 ? MIN(past->usage_usec / past->running, past->age_usec) : 0;

    if (past->age_usec > 0)
        mean = MIN(number_mul_div(past->usage_usec, ONE, past->age_usec), most);
    for (unsigned i = 0; i < LOAD_VIEW_AVERAGES; i++) {
        uint64_t now = risen(decays[i], running, busy);
        uint64_t ever = risen(decays[i], mean, past->age_usec);

        view->averages[i] = MAX(now, ever) + risen(decays[i], blocked, past->age_usec);
    }
}

void
load_view_advance(LoadView *view, uint64_t periods)
{
    uint64_t active = fixed(number_add(view->running, view->blocked));

    if (periods == 0)
        return;
    for (unsigned i = 0; i < LOAD_VIEW_AVERAGES; i++)
        view->averages[i] = decayed(view->averages[i], decays[i], active, periods);
}
