/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/report.h"

static void
take_counters(MetricsReport *report)
{
    for (unsigned i = 0; i < MIN(proc_files_n, METRICS_REPORT_FILES); i++) {
        if (metrics_reads(i) == 0 && !g_str_has_prefix(proc_files[i].path, "proc/"))
            continue; /* there are many that nobody ever reads */
        report->files[report->n_files] = proc_files[i].path;
        report->reads[report->n_files++] = metrics_reads(i);
    }
    for (unsigned i = 0; i < METRIC_N; i++)
        report->counters[i] = metrics_get(i);
    metrics_times(&report->times);
}

static void
take_readers(Readers *readers, MetricsReport *report)
{
    ReadersCache caches[READERS_CACHES];

    readers_caches(readers, caches);
    for (unsigned i = 0; i < READERS_CACHES; i++)
        metrics_report_add(report, &(MetricsStore){.name = caches[i].name,
                                                   .entries = caches[i].entries,
                                                   .is_cache = true,
                                                   .hits = caches[i].hits,
                                                   .misses = caches[i].misses});
}

static void
take_texts(Texts *texts, MetricsReport *report)
{
    unsigned n;
    size_t bytes;

    texts_use(texts, &n, &bytes);
    metrics_report_add(report, &(MetricsStore){.name = "texts", .entries = n});
    report->text_bytes += bytes;
}

void
report_take(const Server *server, MetricsReport *ret)
{
    *ret = (MetricsReport){.version = OWNPROC_VERSION};
    take_counters(ret);
    take_readers(server->sources.readers, ret);
    if (server->texts)
        take_texts(server->texts, ret);
    metrics_report_add(
        ret, &(MetricsStore){.name = "counters",
                             .entries = counters_size(history_counters(server->history))});
    ret->containers = history_size(server->history);
    if (!server->loads)
        return;
    metrics_report_add(ret,
                       &(MetricsStore){.name = "threads", .entries = loads_size(server->loads)});
    ret->loads = loads_averaged(server->loads);
}
