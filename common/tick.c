/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/tick.h"

#include <stdbool.h>

uint64_t
tick_enter(Tick *tick, uint64_t now)
{
    uint64_t begin;

    if (!tick || tick->length == 0)
        return 0;
    begin = __atomic_load_n(&tick->begin, __ATOMIC_ACQUIRE);
    /* Who looked at the clock before another began the tick is in that tick, too. */
    while (now > begin && now - begin >= tick->length)
        if (__atomic_compare_exchange_n(&tick->begin, &begin, now, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
            return now;
    return begin;
}

uint64_t
tick_end(const Tick *tick, uint64_t begin)
{
    return tick && begin != 0 ? begin + tick->length : begin;
}

uint64_t
tick_left(const Tick *tick, uint64_t begin, uint64_t now)
{
    uint64_t end = tick_end(tick, begin);

    return now < end ? end - now : 0;
}
