/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/metrics_text.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static char *
rendered(const MetricsReport *report)
{
    GString *text = g_string_new(NULL);

    metrics_text_render(report, text);
    return g_string_free(text, FALSE);
}

static void
has_line(const char *text, const char *line)
{
    g_autofree char *whole = g_strdup_printf("\n%s\n", line);

    if (!strstr(text, whole))
        assert_string_equal(text, line);
}

static void
each_file_has_its_reads(void **state)
{
    const MetricsReport report = {.version = "1",
                                  .files = {"proc/meminfo", "proc/stat"},
                                  .reads = {3, UINT64_MAX},
                                  .n_files = 2};
    g_autofree char *text = rendered(&report);

    (void)state;
    has_line(text, "# TYPE ownproc_reads_total counter");
    has_line(text, "ownproc_reads_total{file=\"proc/meminfo\"} 3");
    has_line(text, "ownproc_reads_total{file=\"proc/stat\"} 18446744073709551615");
}

static void
one_line_stands_for_all_cpus(void **state)
{
    const MetricsReport report = {
        .version = "1", .files = {"sys/cpu/cpu%u/cache/index%u/size"}, .reads = {3}, .n_files = 1};
    g_autofree char *text = rendered(&report);

    (void)state;
    has_line(text, "ownproc_reads_total{file=\"sys/cpu/cpuN/cache/indexN/size\"} 3");
}

static void
a_bucket_has_all_that_took_no_longer(void **state)
{
    MetricsReport report = {.version = "1", .times = {.sum_nsec = 1500000000}};
    g_autofree char *text = NULL;

    (void)state;
    report.times.counts[0] = 1;
    report.times.counts[2] = 4;
    report.times.counts[METRICS_BUCKETS] = 2;
    text = rendered(&report);
    has_line(text, "# TYPE ownproc_read_duration_seconds histogram");
    has_line(text, "ownproc_read_duration_seconds_bucket{le=\"0.000001\"} 1");
    has_line(text, "ownproc_read_duration_seconds_bucket{le=\"0.000002\"} 1");
    has_line(text, "ownproc_read_duration_seconds_bucket{le=\"0.000005\"} 5");
    has_line(text, "ownproc_read_duration_seconds_bucket{le=\"1\"} 5");
    has_line(text, "ownproc_read_duration_seconds_bucket{le=\"+Inf\"} 7");
    has_line(text, "ownproc_read_duration_seconds_sum 1.5");
    has_line(text, "ownproc_read_duration_seconds_count 7");
}

static void
errors_are_told_apart(void **state)
{
    MetricsReport report = {.version = "1"};
    g_autofree char *text = NULL;

    (void)state;
    report.counters[METRIC_ERROR_GONE] = 1;
    report.counters[METRIC_ERROR_STRANGER] = 2;
    report.counters[METRIC_SERVED_STALE] = 3;
    text = rendered(&report);
    has_line(text, "ownproc_errors_total{reason=\"gone\"} 1");
    has_line(text, "ownproc_errors_total{reason=\"io\"} 0");
    has_line(text, "ownproc_errors_total{reason=\"stranger\"} 2");
    has_line(text, "ownproc_served_stale_total 3");
}

static void
a_cache_has_hits_and_every_store_has_entries(void **state)
{
    MetricsReport report = {.version = "1", .containers = 5};
    g_autofree char *text = NULL;

    (void)state;
    metrics_report_add(
        &report,
        &(MetricsStore){.name = "births", .entries = 9, .is_cache = true, .hits = 7, .misses = 8});
    metrics_report_add(&report, &(MetricsStore){.name = "open_texts", .entries = 2});
    text = rendered(&report);
    has_line(text, "ownproc_cache_hits_total{cache=\"births\"} 7");
    has_line(text, "ownproc_cache_misses_total{cache=\"births\"} 8");
    has_line(text, "ownproc_entries{of=\"births\"} 9");
    has_line(text, "ownproc_entries{of=\"open_texts\"} 2");
    has_line(text, "ownproc_containers 5");
    assert_null(strstr(text, "cache=\"open_texts\""));
}

static void
the_build_has_a_version_and_a_start(void **state)
{
    const MetricsReport report = {.version = "1.2.3", .started = 1700000000};
    g_autofree char *text = rendered(&report);

    (void)state;
    has_line(text, "ownproc_build_info{version=\"1.2.3\"} 1");
    has_line(text, "ownproc_start_time_seconds 1700000000");
}

/* "# HELP name …", "# TYPE name type", then only lines whose name begins so. */
static void
every_line_follows_its_type(void **state)
{
    const MetricsReport report = {.version = "1"};
    g_autofree char *text = rendered(&report);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *name = g_strdup("");

    (void)state;
    for (unsigned i = 0; lines[i] && *lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 4);

        if (strcmp(words[0], "#") == 0) {
            g_free(name);
            name = g_strdup(words[2]);
            assert_true(g_str_has_prefix(name, "ownproc_"));
        } else {
            assert_true(g_str_has_prefix(words[0], name));
        }
    }
}

static void
a_text_is_counted_once_in_the_bucket_of_its_time(void **state)
{
    MetricsTimes before, after;
    uint64_t reads = metrics_reads(4);

    (void)state;
    metrics_times(&before);
    metrics_served(4, 2000);
    metrics_served(4, 2001);
    metrics_served(4, UINT64_C(2000000000));
    metrics_times(&after);
    assert_int_equal(metrics_reads(4), reads + 3);
    assert_int_equal(after.counts[1], before.counts[1] + 1);
    assert_int_equal(after.counts[2], before.counts[2] + 1);
    assert_int_equal(after.counts[METRICS_BUCKETS], before.counts[METRICS_BUCKETS] + 1);
    assert_int_equal(after.sum_nsec, before.sum_nsec + 2000004001);
}

static void
each_container_has_its_reads_and_its_snapshots(void **state)
{
    g_auto(MetricsReport) report = {.version = "1"};
    g_autofree char *text = NULL;

    (void)state;
    metrics_report_add_container(&report, &(MetricsContainer){g_strdup("web"), 5, 2});
    metrics_report_add_container(&report, &(MetricsContainer){g_strdup("/docker/x"), 7, 3});
    text = rendered(&report);
    has_line(text, "# TYPE ownproc_container_reads_total counter");
    has_line(text, "ownproc_container_reads_total{container=\"web\"} 5");
    has_line(text, "ownproc_container_reads_total{container=\"/docker/x\"} 7");
    has_line(text, "ownproc_container_snapshots_total{container=\"web\"} 2");
}

static void
the_name_of_a_cgroup_cannot_end_its_line(void **state)
{
    g_auto(MetricsReport) report = {.version = "1"};
    g_autofree char *text = NULL;

    (void)state;
    metrics_report_add_container(&report, &(MetricsContainer){g_strdup("/a\"} 1\n\\b%u"), 5, 2});
    text = rendered(&report);
    has_line(text, "ownproc_container_reads_total{container=\"/a\\\"} 1\\n\\\\b%u\"} 5");
}

static void
counting_goes_on_where_the_life_before_ended(void **state)
{
    static _Atomic uint64_t words[METRICS_WORDS];

    (void)state;
    metrics_share(words, 5);
    metrics_count(METRIC_SERVED_ZERO);
    metrics_served(3, 1000);
    metrics_share(words, 5);
    metrics_count(METRIC_SERVED_ZERO);
    assert_int_equal(metrics_get(METRIC_SERVED_ZERO), 2);
    assert_int_equal(metrics_reads(3), 1);
}

static void
what_another_program_has_counted_begins_anew(void **state)
{
    static _Atomic uint64_t words[METRICS_WORDS];

    (void)state;
    metrics_share(words, 5);
    metrics_served(3, 1000);
    metrics_share(words, 7);
    assert_int_equal(metrics_reads(3), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_has_its_reads),
        cmocka_unit_test(each_container_has_its_reads_and_its_snapshots),
        cmocka_unit_test(the_name_of_a_cgroup_cannot_end_its_line),
        cmocka_unit_test(one_line_stands_for_all_cpus),
        cmocka_unit_test(a_bucket_has_all_that_took_no_longer),
        cmocka_unit_test(errors_are_told_apart),
        cmocka_unit_test(a_cache_has_hits_and_every_store_has_entries),
        cmocka_unit_test(the_build_has_a_version_and_a_start),
        cmocka_unit_test(every_line_follows_its_type),
        cmocka_unit_test(a_text_is_counted_once_in_the_bucket_of_its_time),
        cmocka_unit_test(counting_goes_on_where_the_life_before_ended),
        cmocka_unit_test(what_another_program_has_counted_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
