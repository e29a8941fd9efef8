/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/report.h"

#include "fs/summary.h"

#define CONTAINERS_TOLD 1000u /* those that were served last */

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

/* Not one that is called like another: a cgroup's path may have been used again, and who was served
 * last counts. */
static void
take_container(MetricsReport *report, GHashTable *told, const Container *container,
               const char *name)
{
    if (g_hash_table_size(told) < CONTAINERS_TOLD && g_hash_table_add(told, g_strdup(name)))
        metrics_report_add_container(report,
                                     &(MetricsContainer){
                                         g_strdup(name),
                                         __atomic_load_n(&container->reads, __ATOMIC_RELAXED),
                                         __atomic_load_n(&container->snapshots, __ATOMIC_RELAXED),
                                     });
}

/* Those that are registered first: who reads in the bound tree is not looked up among all. */
static void
take_each_container(const Server *server, MetricsReport *report)
{
    g_autoptr(GPtrArray) registered = registry_list(server->registry);
    g_autoptr(GPtrArray) containers = containers_list(server->containers);
    g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) named = g_hash_table_new(g_direct_hash, g_direct_equal);

    for (guint i = 0; i < registered->len; i++) {
        Registered *one = registered->pdata[i];
        g_autoptr(Container) container = registry_container(server->registry, one, NULL);

        if (container && g_hash_table_add(named, container)) /* it may have two names */
            take_container(report, told, container, one->name);
    }
    for (guint i = 0; i < containers->len; i++) {
        const Container *container = containers->pdata[i];

        if (!g_hash_table_contains(named, container))
            take_container(report, told, container, summary_path(server, &container->paths));
    }
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
    if (server->registry) {
        metrics_report_add(
            ret, &(MetricsStore){.name = "registered", .entries = registry_size(server->registry)});
        take_each_container(server, ret);
    }
    if (!server->loads)
        return;
    metrics_report_add(
        ret, &(MetricsStore){.name = "thread_counts", .entries = loads_size(server->loads)});
    ret->loads = loads_averaged(server->loads);
}

uint64_t
report_layout(void)
{
    uint64_t hash = METRIC_N * 31 + METRICS_BUCKETS;

    for (unsigned i = 0; i < proc_files_n; i++)
        hash = hash * UINT64_C(0x100000001b3) ^ g_str_hash(proc_files[i].path);
    return hash | 1;
}
