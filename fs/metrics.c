/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/metrics.h"

#include <stdatomic.h>

static _Atomic uint64_t counters[METRIC_N];

void
metrics_count(Metric metric)
{
    (void)atomic_fetch_add_explicit(&counters[metric], 1, memory_order_relaxed);
}

uint64_t
metrics_get(Metric metric)
{
    return atomic_load_explicit(&counters[metric], memory_order_relaxed);
}
