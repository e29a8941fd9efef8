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

static void
append_swap(GString *out, uint64_t size, uint64_t used, bool aligned)
{
    g_string_append_printf(out, "%-*s" TYPE "\t%" PRIu64 "%s%" PRIu64 "%s0\n", NAME_COLUMNS, NAME,
                           size, tabs(size, aligned), used, tabs(used, aligned));
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
    append_swap(out, size, size - free, is_aligned(header));
}

/* With as much swap as can be counted: whether there is any may change. */
size_t
swaps_longest(const View *view)
{
    const HostText *swaps = &view->snapshot->swaps;
    g_autoptr(GString) line = g_string_new(NULL);
    LineIter lines = lines_of(swaps->text, swaps->len);
    Span header = {"", 0};

    (void)lines_next(&lines, &header); /* without one there is nothing at all */
    append_swap(line, UINT64_MAX / KIB, UINT64_MAX / KIB, is_aligned(header));
    return header.len + 1 + line->len;
}
