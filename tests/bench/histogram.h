/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many durations in little memory, to within one percent. */

#pragma once

#include <stdint.h>

#define HISTOGRAM_STEPS 128 /* within each power of two */
#define HISTOGRAM_POWERS 40 /* up to some 18 minutes */

/* Nanoseconds.  Zeroed it is empty. */
typedef struct {
    uint64_t count;
    uint32_t counts[HISTOGRAM_POWERS * HISTOGRAM_STEPS];
} Histogram;

/* May be called by several threads and processes at a time. */
void histogram_add(Histogram *histogram, uint64_t nsec);

/* Nobody may be adding to either. */
void histogram_merge(Histogram *histogram, const Histogram *other);

/* The duration that @permille of all do not exceed, in nanoseconds; 0 if there are none. */
uint64_t histogram_quantile(const Histogram *histogram, unsigned permille);
