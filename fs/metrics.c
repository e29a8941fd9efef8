/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/metrics.h"

/* Words, so that they may lie in memory of others. */
typedef struct {
    _Atomic uint64_t layout;
    _Atomic uint64_t counters[METRIC_N];
    _Atomic uint64_t reads[METRICS_FILES_MAX];
    _Atomic uint64_t times[METRICS_BUCKETS + 1], sum_nsec;
    _Atomic uint64_t recalled_age_usec;
} Counts;
G_STATIC_ASSERT(sizeof(Counts) <= METRICS_WORDS * sizeof(uint64_t));

static Counts own;
static Counts *counts = &own;

#define USEC UINT64_C(1000)
#define MSEC (1000 * USEC)

const uint64_t metrics_bounds_nsec[METRICS_BUCKETS] = {
    1 * USEC,   2 * USEC, 5 * USEC, 10 * USEC, 20 * USEC, 50 * USEC, 100 * USEC, 200 * USEC,
    500 * USEC, 1 * MSEC, 2 * MSEC, 5 * MSEC,  10 * MSEC, 50 * MSEC, 200 * MSEC, 1000 * MSEC,
};

/* Relaxed: counters say nothing about each other. */
static void
add(_Atomic uint64_t *counter, uint64_t n)
{
    (void)atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t
get(_Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void
metrics_share(_Atomic uint64_t *words, uint64_t layout)
{
    Counts *shared = (Counts *)(void *)words;

    if (atomic_load(&shared->layout) != layout) {
        for (unsigned i = 0; i < METRICS_WORDS; i++)
            atomic_store(&words[i], 0);
        atomic_store(&shared->layout, layout); /* last: who dies before begins anew */
    }
    counts = shared;
}

void
metrics_count(Metric metric)
{
    add(&counts->counters[metric], 1);
}

uint64_t
metrics_get(Metric metric)
{
    return get(&counts->counters[metric]);
}

void
metrics_recalled(uint64_t age_usec)
{
    metrics_count(METRIC_SERVED_SAFE);
    atomic_store_explicit(&counts->recalled_age_usec, age_usec, memory_order_relaxed);
}

uint64_t
metrics_recalled_age(void)
{
    return get(&counts->recalled_age_usec);
}

void
metrics_served(unsigned file, uint64_t nsec)
{
    unsigned bucket = 0;

    while (bucket < METRICS_BUCKETS && nsec > metrics_bounds_nsec[bucket])
        bucket++;
    add(&counts->reads[MIN(file, METRICS_FILES_MAX - 1)], 1);
    add(&counts->times[bucket], 1);
    add(&counts->sum_nsec, nsec);
}

uint64_t
metrics_reads(unsigned file)
{
    return get(&counts->reads[MIN(file, METRICS_FILES_MAX - 1)]);
}

void
metrics_times(MetricsTimes *ret)
{
    for (unsigned i = 0; i <= METRICS_BUCKETS; i++)
        ret->counts[i] = get(&counts->times[i]);
    ret->sum_nsec = get(&counts->sum_nsec);
}
