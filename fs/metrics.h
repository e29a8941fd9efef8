/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counters of what the daemon did.  Thread-safe without a lock. */

#pragma once

#include <glib.h>
#include <stdint.h>

typedef enum {
    METRIC_READS,           /* texts made for readers */
    METRIC_ERROR_GONE,      /* reads that failed because the reader or his cgroup had ended */
    METRIC_ERROR_MALFORMED, /* … a source's text was not as documented */
    METRIC_ERROR_IO,        /* … a source could not be read */
    METRIC_ERROR_STRANGER,  /* … nobody knows who reads */
    METRIC_N,
} Metric;

void metrics_count(Metric metric);
uint64_t metrics_get(Metric metric);
