/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/ops_private.h"

#include "fs/metrics.h"
#include "fs/report.h"

#define TEXT_FIRST 8192 /* bytes */

bool
ops_may_read_metrics(const Ops *ops, fuse_req_t req)
{
    const struct fuse_ctx *reader = fuse_req_ctx(req);

    return reader_is_host_root(ops->config.server->sources.readers, reader->pid, reader->uid);
}

static MetricsSurvival
survival(const TableFigures *figures)
{
    if (!figures)
        return (MetricsSurvival){.is_kept = false};
    return (MetricsSurvival){.is_kept = true,
                             .restarts = atomic_load(&figures->restarts),
                             .killed = atomic_load(&figures->killed),
                             .upgrades = atomic_load(&figures->upgrades),
                             .adoptions = atomic_load(&figures->adoptions),
                             .recovered = atomic_load(&figures->recovered),
                             .poisoned = atomic_load(&figures->poisoned),
                             .bridges = atomic_load(&figures->bridges),
                             .recalled_age_usec = metrics_recalled_age(),
                             .longest_pause_nsec = atomic_load(&figures->longest_pause_nsec)};
}

GBytes *
ops_make_metrics(const Ops *ops)
{
    GString *text = g_string_sized_new(TEXT_FIRST);
    MetricsStore texts = {.name = "open_texts"}, looks = {.name = "looks"};
    g_auto(MetricsReport) report = {0};
    size_t bytes;

    report_take(ops->config.server, &report);
    texts.entries = open_texts_use(ops->texts, &bytes);
    metrics_report_add(&report, &texts);
    looks.entries = ops->settled ? settled_size(ops->settled) : 0;
    metrics_report_add(&report, &looks);
    report.text_bytes += bytes;
    report.survival = survival(ops->config.figures);
    report.started = (uint64_t)ops->started.tv_sec;
    metrics_text_render(&report, text);
    return g_string_free_to_bytes(text);
}
