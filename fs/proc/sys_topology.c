/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cpuN/topology: N CPUs are one package of N cores with a thread each, as in cpuinfo
 * (linux:drivers/base/topology.c). */

#include "fs/proc/sys_files.h"

void
sys_cpu_mask_render(const View *view, GString *out)
{
    unsigned n = cpuset_count(&view->cpus);
    CpuSet all = cpuset_renumber(&view->cpus, &view->cpus);

    cpuset_print_mask(&all, n, out);
    g_string_append_c(out, '\n');
}

void
sys_cpu_number_render(const View *view, GString *out)
{
    g_string_append_printf(out, "%u\n", view->number);
}

void
sys_cpu_self_mask_render(const View *view, GString *out)
{
    CpuSet self = {0};

    cpuset_add(&self, view->number);
    cpuset_print_mask(&self, cpuset_count(&view->cpus), out);
    g_string_append_c(out, '\n');
}
