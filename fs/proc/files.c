/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/proc/files.h"

#include "fs/proc/sys_files.h"

#include <string.h>

#define NEED_CPU_ALL (NEED_CPUS | NEED_CPU_TIME)
#define NEED_CPUS_OWN (NEED_CPUS | NEED_OWN_TEXT)
#define NEED_NODES_OWN (NEED_NODES | NEED_OWN_TEXT)

#define CPU "sys/devices/system/cpu/"
#define CPU_N CPU "cpu%u/"
#define NODE "sys/devices/system/node/"
#define NODE_N NODE "node%u/"

const ProcFile proc_files[] = {
    {"proc/cpuinfo", NEED_CPUS | NEED_CPUINFO, cpuinfo_render, cpuinfo_longest},
    {"proc/diskstats", NEED_IO, diskstats_render},
    {"proc/loadavg", NEED_LOAD, loadavg_render, loadavg_longest},
    {"proc/meminfo", NEED_MEMORY, meminfo_render, meminfo_longest},
    {"proc/pressure/cpu", NEED_PRESSURE_CPU, pressure_render, pressure_longest},
    {"proc/pressure/io", NEED_PRESSURE_IO, pressure_render, pressure_longest},
    {"proc/pressure/irq", NEED_PRESSURE_IRQ, pressure_irq_render, pressure_longest},
    {"proc/pressure/memory", NEED_PRESSURE_MEMORY, pressure_render, pressure_longest},
    {"proc/slabinfo", NEED_SLABINFO, slabinfo_render},
    {"proc/stat", NEED_CPU_ALL | NEED_THREADS, stat_render, stat_longest},
    {"proc/swaps", NEED_MEMORY | NEED_SWAPS, swaps_render, swaps_longest},
    {"proc/uptime", NEED_CPU_ALL, uptime_render, uptime_longest},
    {"proc/vmstat", NEED_MEMORY | NEED_IO | NEED_EVENTS, vmstat_render},
    {CPU_N "cache/index%u/allocation_policy", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/coherency_line_size", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/id", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/level", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/number_of_sets", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/physical_line_partition", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/shared_cpu_list", NEED_CPUS_OWN, sys_cache_list_render},
    {CPU_N "cache/index%u/shared_cpu_map", NEED_CPUS_OWN, sys_cache_mask_render},
    {CPU_N "cache/index%u/size", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/type", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/ways_of_associativity", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cache/index%u/write_policy", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpu_capacity", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/affected_cpus", NEED_CPUS_OWN, sys_cpu_number_render},
    {CPU_N "cpufreq/base_frequency", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/bios_limit", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/cpuinfo_avg_freq", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/cpuinfo_max_freq", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/cpuinfo_min_freq", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/cpuinfo_transition_latency", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/related_cpus", NEED_CPUS_OWN, sys_cpu_number_render},
    {CPU_N "cpufreq/scaling_available_frequencies", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/scaling_available_governors", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/scaling_cur_freq", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/scaling_driver", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/scaling_governor", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/scaling_max_freq", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "cpufreq/scaling_min_freq", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "online", NEED_CPUS, sys_one_render},
    {CPU_N "regs/identification/midr_el1", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "regs/identification/revidr_el1", NEED_CPUS_OWN, sys_own_text_render},
    {CPU_N "topology/book_id", NEED_CPUS_OWN, sys_zero_render},
    {CPU_N "topology/book_siblings", NEED_CPUS_OWN, sys_cpu_mask_render},
    {CPU_N "topology/book_siblings_list", NEED_CPUS_OWN, sys_cpu_list_render},
    {CPU_N "topology/cluster_cpus", NEED_CPUS_OWN, sys_cpu_self_mask_render},
    {CPU_N "topology/cluster_cpus_list", NEED_CPUS_OWN, sys_cpu_number_render},
    {CPU_N "topology/cluster_id", NEED_CPUS_OWN, sys_cpu_number_render},
    {CPU_N "topology/core_cpus", NEED_CPUS_OWN, sys_cpu_self_mask_render},
    {CPU_N "topology/core_cpus_list", NEED_CPUS_OWN, sys_cpu_number_render},
    {CPU_N "topology/core_id", NEED_CPUS_OWN, sys_cpu_number_render},
    {CPU_N "topology/core_siblings", NEED_CPUS_OWN, sys_cpu_mask_render},
    {CPU_N "topology/core_siblings_list", NEED_CPUS_OWN, sys_cpu_list_render},
    {CPU_N "topology/die_cpus", NEED_CPUS_OWN, sys_cpu_mask_render},
    {CPU_N "topology/die_cpus_list", NEED_CPUS_OWN, sys_cpu_list_render},
    {CPU_N "topology/die_id", NEED_CPUS_OWN, sys_zero_render},
    {CPU_N "topology/drawer_id", NEED_CPUS_OWN, sys_zero_render},
    {CPU_N "topology/drawer_siblings", NEED_CPUS_OWN, sys_cpu_mask_render},
    {CPU_N "topology/drawer_siblings_list", NEED_CPUS_OWN, sys_cpu_list_render},
    {CPU_N "topology/package_cpus", NEED_CPUS_OWN, sys_cpu_mask_render},
    {CPU_N "topology/package_cpus_list", NEED_CPUS_OWN, sys_cpu_list_render},
    {CPU_N "topology/physical_package_id", NEED_CPUS_OWN, sys_zero_render},
    {CPU_N "topology/thread_siblings", NEED_CPUS_OWN, sys_cpu_self_mask_render},
    {CPU_N "topology/thread_siblings_list", NEED_CPUS_OWN, sys_cpu_number_render},
    {CPU "cpufreq/boost", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "enabled", NEED_CPUS_OWN, sys_cpu_list_render},
    {CPU "isolated", NEED_CPUS_OWN, sys_own_list_render},
    {CPU "kernel_max", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "modalias", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "nohz_full", NEED_CPUS_OWN, sys_own_list_render},
    {CPU "offline", NEED_OWN_TEXT, sys_nothing_render},
    {CPU "online", NEED_CPUS, sys_cpu_list_render},
    {CPU "possible", NEED_CPUS, sys_cpu_list_render},
    {CPU "present", NEED_CPUS, sys_cpu_list_render},
    {CPU "smt/active", NEED_OWN_TEXT, sys_zero_render},
    {CPU "smt/control", NEED_OWN_TEXT, sys_no_smt_render},
    {CPU "vulnerabilities/gather_data_sampling", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/ghostwrite", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/indirect_target_selection", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/itlb_multihit", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/l1tf", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/mds", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/meltdown", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/mmio_stale_data", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/old_microcode", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/reg_file_data_sampling", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/retbleed", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/spec_rstack_overflow", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/spec_store_bypass", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/spectre_v1", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/spectre_v2", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/srbds", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/tsa", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/tsx_async_abort", NEED_OWN_TEXT, sys_own_text_render},
    {CPU "vulnerabilities/vmscape", NEED_OWN_TEXT, sys_own_text_render},
    {NODE "has_cpu", NEED_CPUS | NEED_NODES_OWN, sys_node_has_cpu_render},
    {NODE "has_generic_initiator", NEED_OWN_TEXT, sys_nothing_render},
    {NODE "has_memory", NEED_NODES_OWN, sys_node_list_render},
    {NODE "has_normal_memory", NEED_NODES_OWN, sys_node_list_render},
    {NODE_N "cpulist", NEED_CPUS | NEED_NODES_OWN, sys_node_cpulist_render},
    {NODE_N "cpumap", NEED_CPUS | NEED_NODES_OWN, sys_node_cpumap_render},
    {NODE_N "distance", NEED_NODES_OWN, sys_node_distance_render},
    {NODE_N "meminfo", NEED_MEMORY | NEED_NODES_OWN, sys_node_meminfo_render},
    {NODE_N "numastat", NEED_NODES_OWN, sys_node_numastat_render},
    {NODE "online", NEED_NODES_OWN, sys_node_list_render},
    {NODE "possible", NEED_NODES_OWN, sys_node_list_render},
};
const unsigned proc_files_n = G_N_ELEMENTS(proc_files);

/* "cpu12" is "cpu%u", "cpu012" is not. */
static bool
match(const char *pattern, const char *path, ProcNumbers *ret)
{
    for (unsigned i = 0; *pattern; pattern++) {
        char *end;
        guint64 number;

        if (*pattern != '%') {
            if (*path++ != *pattern)
                return false;
            continue;
        }
        if (!g_ascii_isdigit(*path) || (*path == '0' && g_ascii_isdigit(path[1])))
            return false;
        number = g_ascii_strtoull(path, &end, 10);
        if (number > G_MAXUINT || i == PROC_NUMBERS)
            return false;
        ret->of[i++] = (unsigned)number;
        path = end;
        pattern++; /* the 'u' */
    }
    return *path == '\0';
}

const ProcFile *
proc_file_match(const char *path, ProcNumbers *ret)
{
    for (unsigned i = 0; i < proc_files_n; i++) {
        ProcNumbers numbers = {0};

        if (match(proc_files[i].path, path, &numbers)) {
            *ret = numbers;
            return &proc_files[i];
        }
    }
    return NULL;
}

char *
proc_path(const char *path, const ProcNumbers *numbers)
{
    GString *out = g_string_new(NULL);
    const char *percent;

    for (unsigned i = 0; i < PROC_NUMBERS && (percent = strchr(path, '%')); i++) {
        g_string_append_len(out, path, percent - path);
        g_string_append_printf(out, "%u", numbers->of[i]);
        path = percent + strlen("%u");
    }
    g_string_append(out, path);
    return g_string_free(out, FALSE);
}

unsigned
proc_path_counts(const char *path)
{
    if (strstr(path, "/cpu%u"))
        return NEED_CPUS;
    return strstr(path, "/node%u") ? NEED_NODES : 0;
}

unsigned
proc_file_number(const ProcFile *file)
{
    return file >= proc_files && file < proc_files + proc_files_n ? (unsigned)(file - proc_files)
                                                                  : proc_files_n;
}
