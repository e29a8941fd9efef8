/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/proc/files.h"

#include <string.h>

#define NEED_CPU_ALL (NEED_CPUS | NEED_CPU_TIME)

const ProcFile proc_files[] = {
    {"proc/cpuinfo", NEED_CPUS | NEED_CPUINFO, cpuinfo_render},
    {"proc/meminfo", NEED_MEMORY, meminfo_render},
    {"proc/stat", NEED_CPU_ALL, stat_render},
    {"proc/uptime", NEED_CPU_ALL, uptime_render},
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
