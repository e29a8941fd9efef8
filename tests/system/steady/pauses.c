/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/system/steady/pauses.h"

#include "tests/system/steady/kills.h"

#include <stdio.h>
#include <stdlib.h>

#define DEAD_NSEC UINT64_C(10000000)

static Kills *kills;
static _Atomic uint64_t at_kill[KILLS_MAX], at_all;

bool
pauses_open(const char *path)
{
    kills = path ? kills_open(path) : NULL;
    return kills || !path;
}

static void
raise_to(_Atomic uint64_t *most, uint64_t value)
{
    uint64_t before = atomic_load(most);

    while (value > before && !atomic_compare_exchange_weak(most, &before, value))
        ;
}

/* The times grow, so what ended before @from is not looked at. */
void
pauses_note(uint64_t from, uint64_t to)
{
    uint32_t n = kills ? atomic_load(&kills->n) : 0;

    raise_to(&at_all, to - from);
    for (uint32_t i = n < KILLS_MAX ? n : KILLS_MAX; i > 0; i--) {
        uint64_t time = atomic_load(&kills->times[i - 1]);

        if (time + DEAD_NSEC < from)
            return;
        if (time <= to)
            raise_to(&at_kill[i - 1], to - from);
    }
}

static int
compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

void
pauses_print(void)
{
    uint32_t n = 0, last;

    for (uint32_t i = 0; i < KILLS_MAX; i++)
        if (at_kill[i] != 0)
            at_kill[n++] = at_kill[i];
    qsort((void *)at_kill, n, sizeof at_kill[0], compare);
    last = n ? n - 1 : 0;
    (void)printf("kills %u pause_p50_usec %llu pause_p99_usec %llu pause_max_usec %llu "
                 "longest_usec %llu\n",
                 n, (unsigned long long)at_kill[last / 2] / 1000,
                 (unsigned long long)at_kill[(uint64_t)last * 99 / 100] / 1000,
                 (unsigned long long)at_kill[last] / 1000, (unsigned long long)at_all / 1000);
}
