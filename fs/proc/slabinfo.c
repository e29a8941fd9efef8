/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/slabinfo: the header alone, as no kernel since 5.9 counts slabs by name for a cgroup; with
 * an older one and cgroup v1 what it counts, in the same layout (linux:mm/slab_common.c). */

#include "fs/proc/files.h"

/* The same since Linux 2.6.10. */
static const char header[] =
    "slabinfo - version: 2.1\n"
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
    " : tunables <limit> <batchcount> <sharedfactor>"
    " : slabdata <active_slabs> <num_slabs> <sharedavail>\n";

void
slabinfo_render(const View *view, GString *out)
{
    const HostText *own = &view->snapshot->slabinfo;

    if (own->text)
        g_string_append_len(out, own->text, (gssize)own->len);
    else
        g_string_append(out, header);
}
