/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counters of what the daemon did.  Thread-safe without a lock. */

#pragma once

#include <glib.h>
#include <stdatomic.h>
#include <stdint.h>

typedef enum {
    METRIC_ERROR_GONE,      /* reads that failed because the reader or his cgroup had ended */
    METRIC_ERROR_MALFORMED, /* … a source's text was not as documented */
    METRIC_ERROR_IO,        /* … a source could not be read */
    METRIC_ERROR_STRANGER,  /* … nobody knows who reads */
    METRIC_SERVED_STALE,    /* a source failed, and a text up to a second old was served */
    METRIC_SERVED_ZERO,     /* the configuration wants zeros */
    METRIC_SERVED_HOST,     /* the configuration wants the host's text in a container */
    METRIC_SNAPSHOTS,       /* texts whose numbers were gathered for them, and not shared */
    METRIC_SERVED_SAFE,     /* texts of before, because those who would make new ones died */
    METRIC_N,
} Metric;

/* From then on all that is counted is counted in @words, which outlive this process, and goes on
 * from what is there if that was counted by the same @layout (not 0).  Before any thread counts.
 * What was counted before is not there. */
#define METRICS_WORDS 320u
void metrics_share(_Atomic uint64_t *words, uint64_t layout);

void metrics_count(Metric metric);
uint64_t metrics_get(Metric metric);

/* METRIC_SERVED_SAFE; and how old the text was that was served so last. */
void metrics_recalled(uint64_t age_usec);
uint64_t metrics_recalled_age(void);

/* Texts made for readers, by file (its place in proc_files), and how long that took. */
#define METRICS_FILES_MAX 192
#define METRICS_BUCKETS 16

void metrics_served(unsigned file, uint64_t nsec);
uint64_t metrics_reads(unsigned file);

/* counts[i]: how many took no longer than bounds[i] and longer than the bound before; the last is
 * of those that took longer than all bounds. */
typedef struct {
    uint64_t counts[METRICS_BUCKETS + 1];
    uint64_t sum_nsec;
} MetricsTimes;

extern const uint64_t metrics_bounds_nsec[METRICS_BUCKETS];
void metrics_times(MetricsTimes *ret);
