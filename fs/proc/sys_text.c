/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files below /sys/devices/system that say what the kernel says, or the same in every container. */

#include "fs/proc/sys_files.h"

void
sys_own_text_render(const View *view, GString *out)
{
    const HostText *own = &view->snapshot->own_text;

    g_string_append_len(out, own->text, (gssize)own->len);
}

void
sys_own_list_render(const View *view, GString *out)
{
    const HostText *own = &view->snapshot->own_text;
    CpuSet cpus = {0};

    /* "(null)", as older kernels write nohz_full, is no CPU */
    (void)cpuset_parse(own->text, own->len, &cpus, NULL);
    cpus = cpuset_renumber(&cpus, &view->cpus);
    cpuset_print(&cpus, out);
    g_string_append_c(out, '\n');
}

void
sys_nothing_render(const View *view, GString *out)
{
    (void)view;
    g_string_append_c(out, '\n');
}

void
sys_one_render(const View *view, GString *out)
{
    (void)view;
    g_string_append(out, "1\n");
}

void
sys_zero_render(const View *view, GString *out)
{
    (void)view;
    g_string_append(out, "0\n");
}

void
sys_no_smt_render(const View *view, GString *out)
{
    (void)view;
    g_string_append(out, "notsupported\n");
}
