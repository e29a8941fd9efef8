/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/swaps: the host's header, and one line for all the swap a container may use
 * (linux:mm/swapfile.c, swap_show). */

#include "fs/proc/files.h"

#include "common/lines.h"
#include "fs/view/memory_view.h"

#include <inttypes.h>

#define KIB 1024

/* As lxcfs calls them: there is no such file, and no program should look for it. */
#define NAME "none"
#define TYPE "virtual\t"
#define NAME_COLUMNS 40

/* Numbers of less than eight digits get a second tab, so that columns stay in line.  Older kernels
 * did not do that, and their header has single tabs, too. */
static const char *
tabs(uint64_t kib, bool aligned)
{
    return aligned && kib < 10000000 ? "\t\t" : "\t";
}

static bool
is_aligned(Span header)
{
    static const char mark[] = "Size\t\tUsed";

    return g_strstr_len(header.text, (gssize)header.len, mark) != NULL;
}

void
swaps_render(const View *view, GString *out)
{
    const Snapshot *snapshot = view->snapshot;
    MemoryView memory = memory_view(&snapshot->host_memory, &snapshot->memory);
    LineIter lines = lines_of(snapshot->swaps.text, snapshot->swaps.len);
    uint64_t size = memory.swap_total / KIB, free = memory.swap_free / KIB;
    Span header;

    if (!lines_next(&lines, &header))
        return;
    g_string_append_len(out, header.text, (gssize)header.len);
    g_string_append_c(out, '\n');
    if (memory.swap_total == 0)
        return;
    g_string_append_printf(out, "%-*s" TYPE "\t%" PRIu64 "%s%" PRIu64 "%s0\n", NAME_COLUMNS, NAME,
                           size, tabs(size, is_aligned(header)), size - free,
                           tabs(size - free, is_aligned(header)));
}
