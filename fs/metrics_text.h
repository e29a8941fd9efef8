/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's own numbers, as Prometheus reads them (its text format, version 0.0.4).  [pure] */

#pragma once

#include "fs/metrics.h"

#include <stdbool.h>

#define METRICS_REPORT_FILES METRICS_FILES_MAX
#define METRICS_REPORT_STORES 12

/* Something that remembers, and how much it has. */
typedef struct {
    const char *name;
    uint64_t entries;
    bool is_cache; /* it counts: */
    uint64_t hits, misses;
} MetricsStore;

/* What one container was served. */
typedef struct {
    char *name; /* that it is registered under, or its cgroup; owned */
    uint64_t reads, snapshots;
} MetricsContainer;

/* What became of workers, since the mounts were made. */
typedef struct {
    bool is_kept; /* there is a keeper; else nothing of it is told */
    uint64_t restarts, killed, upgrades, adoptions;
    uint64_t recovered, poisoned; /* requests */
    uint64_t longest_pause_nsec;
    uint64_t bridges, recalled_age_usec;
} MetricsSurvival;

typedef struct {
    const char *version;
    uint64_t started; /* seconds since 1970 */
    const char *files[METRICS_REPORT_FILES];
    uint64_t reads[METRICS_REPORT_FILES];
    unsigned n_files;
    uint64_t counters[METRIC_N];
    MetricsTimes times;
    MetricsStore stores[METRICS_REPORT_STORES];
    unsigned n_stores;
    uint64_t containers; /* whose CPU times are remembered */
    uint64_t loads;      /* whose load averages are sampled */
    uint64_t text_bytes; /* of texts that are kept */
    MetricsSurvival survival;
    GArray *each; /* of MetricsContainer, no name twice; owned; NULL: none */
} MetricsReport;

void metrics_report_clear(MetricsReport *report);
void metrics_text_render(const MetricsReport *report, GString *out);
/* Adds to what is remembered; more than METRICS_REPORT_STORES are left out. */
void metrics_report_add(MetricsReport *report, const MetricsStore *store);
/* Takes over container->name. */
void metrics_report_add_container(MetricsReport *report, const MetricsContainer *container);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MetricsReport, metrics_report_clear)
