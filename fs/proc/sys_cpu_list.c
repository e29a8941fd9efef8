/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All CPUs: "0-3", or "0" (linux:drivers/base/cpu.c). */

#include "fs/proc/sys_files.h"

void
sys_cpu_list_render(const View *view, GString *out)
{
    unsigned n = cpuset_count(&view->cpus);

    if (n > 1)
        g_string_append_printf(out, "0-%u\n", n - 1);
    else
        g_string_append(out, "0\n");
}
