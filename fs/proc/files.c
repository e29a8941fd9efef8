/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/proc/files.h"

#include <string.h>

#define NEED_CPU_ALL (NEED_CPUS | NEED_CPU_TIME)

const ProcFile proc_files[] = {
    {"proc/cpuinfo", NEED_CPUS | NEED_CPUINFO, cpuinfo_render},
    {"proc/diskstats", NEED_IO, diskstats_render},
    {"proc/loadavg", NEED_LOAD, loadavg_render},
    {"proc/meminfo", NEED_MEMORY, meminfo_render},
    {"proc/pressure/cpu", NEED_PRESSURE_CPU, pressure_render},
    {"proc/pressure/io", NEED_PRESSURE_IO, pressure_render},
    {"proc/pressure/irq", NEED_PRESSURE_IRQ, pressure_irq_render},
    {"proc/pressure/memory", NEED_PRESSURE_MEMORY, pressure_render},
    {"proc/slabinfo", NEED_SLABINFO, slabinfo_render},
    {"proc/stat", NEED_CPU_ALL | NEED_THREADS, stat_render},
    {"proc/swaps", NEED_MEMORY | NEED_SWAPS, swaps_render},
    {"proc/uptime", NEED_CPU_ALL, uptime_render},
    {"proc/vmstat", NEED_MEMORY | NEED_IO | NEED_EVENTS, vmstat_render},
    {"sys/devices/system/cpu/online", NEED_CPUS, sys_cpu_list_render},
    {"sys/devices/system/cpu/possible", NEED_CPUS, sys_cpu_list_render},
    {"sys/devices/system/cpu/present", NEED_CPUS, sys_cpu_list_render},
};
const unsigned proc_files_n = G_N_ELEMENTS(proc_files);

const ProcFile *
proc_file_find(const char *path)
{
    for (unsigned i = 0; i < proc_files_n; i++)
        if (strcmp(proc_files[i].path, path) == 0)
            return &proc_files[i];
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
