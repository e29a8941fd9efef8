/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /sys/devices/system/node: linux:drivers/base/node.c. */

#include "fs/proc/sys_files.h"

#include "common/lines.h"
#include "fs/view/node_view.h"

#include <inttypes.h>

static void
list_render(const CpuSet *set, GString *out)
{
    cpuset_print(set, out);
    g_string_append_c(out, '\n');
}

void
sys_node_list_render(const View *view, GString *out)
{
    const CpuSet *allowed = &view->snapshot->nodes.allowed;
    CpuSet shown = cpuset_renumber(allowed, allowed);

    list_render(&shown, out);
}

void
sys_node_has_cpu_render(const View *view, GString *out)
{
    const MemoryNodes *nodes = &view->snapshot->nodes;
    CpuSet having = {0};

    for (unsigned i = 0; i < nodes->n; i++) {
        CpuSet cpus = node_view_cpus(nodes, &view->cpus, i);

        if (cpuset_count(&cpus) > 0)
            cpuset_add(&having, i);
    }
    list_render(&having, out);
}

void
sys_node_cpulist_render(const View *view, GString *out)
{
    CpuSet cpus = node_view_cpus(&view->snapshot->nodes, &view->cpus, view->number);

    list_render(&cpus, out);
}

void
sys_node_cpumap_render(const View *view, GString *out)
{
    CpuSet cpus = node_view_cpus(&view->snapshot->nodes, &view->cpus, view->number);

    cpuset_print_mask(&cpus, cpuset_count(&view->cpus), out);
    g_string_append_c(out, '\n');
}

/* "10 21 31": a column for each node that is online. */
void
sys_node_distance_render(const View *view, GString *out)
{
    const MemoryNodes *nodes = &view->snapshot->nodes;
    const HostText *own = &view->snapshot->own_text;
    Span rest = {own->text, own->len}, word;
    const char *separator = "";

    if (rest.len > 0 && rest.text[rest.len - 1] == '\n')
        rest.len--;
    for (int node = cpuset_next(&nodes->online, 0); node >= 0 && span_next_word(&rest, &word);
         node = cpuset_next(&nodes->online, (unsigned)node + 1)) {
        if (!cpuset_has(&nodes->allowed, (unsigned)node))
            continue;
        g_string_append_printf(out, "%s%.*s", separator, (int)word.len, word.text);
        separator = " ";
    }
    g_string_append_c(out, '\n');
}

/* Events of the whole machine: there, but nothing counted. */
void
sys_node_numastat_render(const View *view, GString *out)
{
    const HostText *own = &view->snapshot->own_text;
    LineIter lines = lines_of(own->text, own->len);
    Span line, key;

    while (lines_next(&lines, &line))
        if (span_next_word(&line, &key))
            g_string_append_printf(out, "%.*s 0\n", (int)key.len, key.text);
}
