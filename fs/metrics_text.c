/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/metrics_text.h"

#include <inttypes.h>
#include <string.h>

#define NSEC_PER_SEC UINT64_C(1000000000)

/* A family begins with its name and what it is; its lines follow. */
static void
append_family(GString *out, const char *name, const char *type, const char *help)
{
    g_string_append_printf(out, "# HELP ownproc_%s %s\n# TYPE ownproc_%s %s\n", name, help, name,
                           type);
}

/* Words and paths of ours: nothing in them has to be escaped.  "cpu%u" is called cpuN. */
static void
append_value(GString *out, const char *value)
{
    const char *percent;

    while ((percent = strstr(value, "%u")) != NULL) {
        g_string_append_len(out, value, percent - value);
        g_string_append_c(out, 'N');
        value = percent + strlen("%u");
    }
    g_string_append(out, value);
}

/* @label: the name of the only label, NULL: none. */
static void
append_line(GString *out, const char *name, const char *label, const char *value, uint64_t number)
{
    g_string_append_printf(out, "ownproc_%s", name);
    if (label) {
        g_string_append_printf(out, "{%s=\"", label);
        append_value(out, value);
        g_string_append(out, "\"}");
    }
    g_string_append_printf(out, " %" PRIu64 "\n", number);
}

static void
append_single(GString *out, const char *name, const char *help, uint64_t number)
{
    const char *type = g_str_has_suffix(name, "_total") ? "counter" : "gauge";

    append_family(out, name, type, help);
    append_line(out, name, NULL, NULL, number);
}

/* "0.00005": no more digits than it has. */
static void
append_seconds(GString *out, uint64_t nsec)
{
    g_string_append_printf(out, "%" PRIu64 ".%09" PRIu64, nsec / NSEC_PER_SEC, nsec % NSEC_PER_SEC);
    while (out->str[out->len - 1] == '0')
        (void)g_string_truncate(out, out->len - 1);
    if (out->str[out->len - 1] == '.')
        (void)g_string_truncate(out, out->len - 1);
}

static void
append_reads(const MetricsReport *report, GString *out)
{
    append_family(out, "reads_total", "counter", "Texts made for readers.");
    for (unsigned i = 0; i < report->n_files; i++)
        append_line(out, "reads_total", "file", report->files[i], report->reads[i]);
}

/* Prometheus counts upwards: each bucket has all that took no longer. */
static void
append_times(const MetricsTimes *times, GString *out)
{
    uint64_t count = 0;

    append_family(out, "read_duration_seconds", "histogram",
                  "What it took to make a text: who reads, what Linux says, how it is written.");
    for (unsigned i = 0; i < METRICS_BUCKETS; i++) {
        count += times->counts[i];
        g_string_append(out, "ownproc_read_duration_seconds_bucket{le=\"");
        append_seconds(out, metrics_bounds_nsec[i]);
        g_string_append_printf(out, "\"} %" PRIu64 "\n", count);
    }
    count += times->counts[METRICS_BUCKETS];
    append_line(out, "read_duration_seconds_bucket", "le", "+Inf", count);
    g_string_append(out, "ownproc_read_duration_seconds_sum ");
    append_seconds(out, times->sum_nsec);
    g_string_append_c(out, '\n');
    append_line(out, "read_duration_seconds_count", NULL, NULL, count);
}

static void
append_errors(const uint64_t *counters, GString *out)
{
    static const struct {
        Metric metric;
        const char *reason;
    } errors[] = {
        {METRIC_ERROR_GONE, "gone"},
        {METRIC_ERROR_MALFORMED, "malformed"},
        {METRIC_ERROR_IO, "io"},
        {METRIC_ERROR_STRANGER, "stranger"},
    };

    append_family(out, "errors_total", "counter", "Reads that failed.");
    for (unsigned i = 0; i < G_N_ELEMENTS(errors); i++)
        append_line(out, "errors_total", "reason", errors[i].reason, counters[errors[i].metric]);
    append_single(
        out, "snapshots_total",
        "Texts whose numbers were gathered for them; the others were made in the same tick.",
        counters[METRIC_SNAPSHOTS]);
    append_single(out, "served_stale_total",
                  "Texts up to a second old, served because a source failed.",
                  counters[METRIC_SERVED_STALE]);
    append_single(out, "served_safe_total",
                  "Texts of before, because workers that would make new ones died.",
                  counters[METRIC_SERVED_SAFE]);
    append_single(out, "served_zero_total", "Texts of zeros, as configured.",
                  counters[METRIC_SERVED_ZERO]);
    append_single(out, "served_host_total", "The host's texts in containers, as configured.",
                  counters[METRIC_SERVED_HOST]);
}

static void
append_stores(const MetricsReport *report, GString *out)
{
    append_family(out, "cache_hits_total", "counter", "What was remembered when it was needed.");
    for (unsigned i = 0; i < report->n_stores; i++)
        if (report->stores[i].is_cache)
            append_line(out, "cache_hits_total", "cache", report->stores[i].name,
                        report->stores[i].hits);
    append_family(out, "cache_misses_total", "counter", "What had to be found out.");
    for (unsigned i = 0; i < report->n_stores; i++)
        if (report->stores[i].is_cache)
            append_line(out, "cache_misses_total", "cache", report->stores[i].name,
                        report->stores[i].misses);
    append_family(out, "entries", "gauge", "What is remembered now.");
    for (unsigned i = 0; i < report->n_stores; i++)
        append_line(out, "entries", "of", report->stores[i].name, report->stores[i].entries);
}

static void
append_survival(const MetricsSurvival *survival, GString *out)
{
    if (!survival->is_kept)
        return;
    append_single(out, "restarts_total", "Workers that died while they served.",
                  survival->restarts);
    append_single(out, "workers_killed_total", "Of them, those that did not answer.",
                  survival->killed);
    append_single(out, "upgrades_total", "Changes of the program.", survival->upgrades);
    append_single(out, "adoptions_total", "Keepers that took over from another.",
                  survival->adoptions);
    append_single(out, "recovered_requests_total",
                  "Requests that a worker left open and the next one answered.",
                  survival->recovered);
    append_single(out, "poisoned_requests_total", "Requests that ended two workers: EIO.",
                  survival->poisoned);
    append_single(out, "bridges_total",
                  "Workers that served texts of before because others died in a row.",
                  survival->bridges);
    append_family(out, "served_safe_age_seconds", "gauge",
                  "How old the last text was that was served so.");
    g_string_append(out, "ownproc_served_safe_age_seconds ");
    append_seconds(out, survival->recalled_age_usec * (NSEC_PER_SEC / G_USEC_PER_SEC));
    g_string_append_c(out, '\n');
    append_family(out, "longest_pause_seconds", "gauge", "With nobody serving.");
    g_string_append(out, "ownproc_longest_pause_seconds ");
    append_seconds(out, survival->longest_pause_nsec);
    g_string_append_c(out, '\n');
}

/* A cgroup may be called whatever its maker liked. */
static void
append_container(GString *out, const char *family, const MetricsContainer *container,
                 uint64_t number)
{
    g_string_append_printf(out, "ownproc_%s{container=\"", family);
    for (const char *c = container->name; *c; c++)
        if (*c == '\n')
            g_string_append(out, "\\n");
        else if (*c == '\\' || *c == '"')
            g_string_append_printf(out, "\\%c", *c);
        else
            g_string_append_c(out, *c);
    g_string_append_printf(out, "\"} %" PRIu64 "\n", number);
}

static const MetricsContainer *
container_at(const MetricsReport *report, guint i)
{
    return &g_array_index(report->each, MetricsContainer, i);
}

static void
append_containers(const MetricsReport *report, GString *out)
{
    guint n = report->each ? report->each->len : 0;

    append_family(out, "container_reads_total", "counter",
                  "Texts that a container was served, of those served last.");
    for (guint i = 0; i < n; i++)
        append_container(out, "container_reads_total", container_at(report, i),
                         container_at(report, i)->reads);
    append_family(out, "container_snapshots_total", "counter",
                  "For how many of them its numbers were gathered.");
    for (guint i = 0; i < n; i++)
        append_container(out, "container_snapshots_total", container_at(report, i),
                         container_at(report, i)->snapshots);
}

void
metrics_text_render(const MetricsReport *report, GString *out)
{
    append_family(out, "build_info", "gauge", "Which version this is.");
    append_line(out, "build_info", "version", report->version, 1);
    append_single(out, "start_time_seconds", "When the daemon started, since 1970.",
                  report->started);
    append_reads(report, out);
    append_times(&report->times, out);
    append_errors(report->counters, out);
    append_single(out, "containers", "Containers whose CPU times are remembered.",
                  report->containers);
    append_single(out, "loads", "Containers whose load averages are sampled.", report->loads);
    append_survival(&report->survival, out);
    append_stores(report, out);
    append_single(out, "text_bytes", "Bytes of texts that are kept.", report->text_bytes);
    append_containers(report, out);
}

void
metrics_report_add(MetricsReport *report, const MetricsStore *store)
{
    if (report->n_stores < METRICS_REPORT_STORES)
        report->stores[report->n_stores++] = *store;
}

static void
container_clear(gpointer data)
{
    g_free(((MetricsContainer *)data)->name);
}

void
metrics_report_add_container(MetricsReport *report, const MetricsContainer *container)
{
    if (!report->each) {
        report->each = g_array_new(FALSE, FALSE, sizeof *container);
        g_array_set_clear_func(report->each, container_clear);
    }
    g_array_append_vals(report->each, container, 1);
}

void
metrics_report_clear(MetricsReport *report)
{
    g_clear_pointer(&report->each, g_array_unref);
}
