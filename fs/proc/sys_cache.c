/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cpuN/cache/indexM/shared_cpu_{map,list}: the CPUs that are shown of those that share the cache
 * (linux:drivers/base/cacheinfo.c).  What else is told of a cache is a property of the processor.
 */

#include "fs/proc/sys_files.h"

/* Whatever the kernel says, a CPU uses its own cache. */
static CpuSet
in_container(const View *view, const CpuSet *sharing)
{
    CpuSet shown = cpuset_renumber(sharing, &view->cpus);

    cpuset_add(&shown, view->number);
    return shown;
}

void
sys_cache_mask_render(const View *view, GString *out)
{
    const HostText *own = &view->snapshot->own_text;
    CpuSet sharing = {0};

    (void)cpuset_parse_mask(own->text, own->len, &sharing, NULL); /* of no mask: itself */
    sharing = in_container(view, &sharing);
    cpuset_print_mask(&sharing, cpuset_count(&view->cpus), out);
    g_string_append_c(out, '\n');
}

void
sys_cache_list_render(const View *view, GString *out)
{
    const HostText *own = &view->snapshot->own_text;
    CpuSet sharing = {0};

    (void)cpuset_parse(own->text, own->len, &sharing, NULL); /* of no list: itself */
    sharing = in_container(view, &sharing);
    cpuset_print(&sharing, out);
    g_string_append_c(out, '\n');
}
