/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* nodeN/meminfo: the lines of the kernel's text in their order, "Node N " before what meminfo has
 * (linux:drivers/base/node.c, node_read_meminfo). */

#include "fs/proc/sys_files.h"

#include "common/lines.h"
#include "common/number.h"
#include "fs/view/node_view.h"

#include <inttypes.h>
#include <stddef.h>

#define KIB 1024

/* Every other line is of a pool of the host's, or of a newer kernel: there, but 0. */
static const LineKey rows[] = {
    {"MemTotal:", offsetof(MemoryView, total)},
    {"MemFree:", offsetof(MemoryView, free)},
    {"SwapCached:", offsetof(MemoryView, swap_cached)},
    {"Active:", offsetof(MemoryView, active)},
    {"Inactive:", offsetof(MemoryView, inactive)},
    {"Active(anon):", offsetof(MemoryView, active_anon)},
    {"Inactive(anon):", offsetof(MemoryView, inactive_anon)},
    {"Active(file):", offsetof(MemoryView, active_file)},
    {"Inactive(file):", offsetof(MemoryView, inactive_file)},
    {"Unevictable:", offsetof(MemoryView, unevictable)},
    {"Dirty:", offsetof(MemoryView, dirty)},
    {"Writeback:", offsetof(MemoryView, writeback)},
    {"Mapped:", offsetof(MemoryView, mapped)},
    {"AnonPages:", offsetof(MemoryView, anon_pages)},
    {"Shmem:", offsetof(MemoryView, shmem)},
    {"KernelStack:", offsetof(MemoryView, kernel_stack)},
    {"PageTables:", offsetof(MemoryView, page_tables)},
    {"SecPageTables:", offsetof(MemoryView, sec_page_tables)},
    {"KReclaimable:", offsetof(MemoryView, kreclaimable)},
    {"Slab:", offsetof(MemoryView, slab)},
    {"SReclaimable:", offsetof(MemoryView, sreclaimable)},
    {"SUnreclaim:", offsetof(MemoryView, sunreclaim)},
    {"AnonHugePages:", offsetof(MemoryView, anon_huge_pages)},
    {"ShmemHugePages:", offsetof(MemoryView, shmem_huge_pages)},
    {"FileHugePages:", offsetof(MemoryView, file_huge_pages)},
    {"HugePages_Total:", offsetof(MemoryView, huge_total)},
    {"HugePages_Free:", offsetof(MemoryView, huge_free)},
};

static uint64_t
value_of(const MemoryView *memory, Span key)
{
    if (span_equals(key, "MemUsed:")) /* in the kernel the other two add up to the first */
        return memory->total - memory->total % KIB - (memory->free - memory->free % KIB);
    if (span_equals(key, "FilePages:"))
        return number_add(memory->cached, memory->swap_cached);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (span_equals(key, rows[i].key))
            return G_STRUCT_MEMBER(uint64_t, memory, rows[i].offset);
    return 0;
}

static void
line_render(const MemoryView *memory, unsigned node, Span line, GString *out)
{
    Span key, word, unit;
    uint64_t value;

    if (!span_next_word(&line, &word) || !span_next_word(&line, &word) ||
        !span_next_word(&line, &key) || !span_next_word(&line, &word))
        return;
    value = value_of(memory, key);
    if (span_next_word(&line, &unit))
        g_string_append_printf(out, "Node %u %-15.*s %8" PRIu64 " %.*s\n", node, (int)key.len,
                               key.text, value / KIB, (int)unit.len, unit.text);
    else
        g_string_append_printf(out, "Node %u %-16.*s %5" PRIu64 "\n", node, (int)key.len, key.text,
                               value);
}

void
sys_node_meminfo_render(const View *view, GString *out)
{
    const Snapshot *snapshot = view->snapshot;
    MemoryView whole = memory_view(&snapshot->host_memory, &snapshot->memory), memory;
    LineIter lines = lines_of(snapshot->own_text.text, snapshot->own_text.len);
    Span line;

    memory_view_huge(&whole, &snapshot->host_memory, &snapshot->hugetlb);
    memory = node_view_memory(&snapshot->nodes, &whole, view->number);
    while (lines_next(&lines, &line))
        line_render(&memory, view->number, line, out);
}
