/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/meminfo: the lines of the host's text in their order (linux:fs/proc/meminfo.c), each as
 * "Key:", blanks, the number ending in column 24, and " kB" where the kernel writes it. */

#include "fs/proc/files.h"

#include "common/lines.h"
#include "common/number.h"
#include "fs/view/memory_view.h"

#include <inttypes.h>
#include <stddef.h>

#define KEY_COLUMNS 16
#define VALUE_END 24
#define KIB 1024

#define TRUE_FOR_ALL SIZE_MAX
#define ZERO (SIZE_MAX - 1)

/* Where the number of a line comes from: MemoryView, the host's own line, or nowhere because no
 * cgroup is told.  A line that is not here is of a newer kernel and ZERO, too: present, but never
 * the host's number. */
static const struct {
    const char *key;
    size_t source; /* offset in MemoryView, TRUE_FOR_ALL, or ZERO */
} rows[] = {
    {"MemTotal", offsetof(MemoryView, total)},
    {"MemFree", offsetof(MemoryView, free)},
    {"MemAvailable", offsetof(MemoryView, available)},
    {"Buffers", ZERO},
    {"Cached", offsetof(MemoryView, cached)},
    {"SwapCached", offsetof(MemoryView, swap_cached)},
    {"Active", offsetof(MemoryView, active)},
    {"Inactive", offsetof(MemoryView, inactive)},
    {"Active(anon)", offsetof(MemoryView, active_anon)},
    {"Inactive(anon)", offsetof(MemoryView, inactive_anon)},
    {"Active(file)", offsetof(MemoryView, active_file)},
    {"Inactive(file)", offsetof(MemoryView, inactive_file)},
    {"Unevictable", offsetof(MemoryView, unevictable)},
    {"Mlocked", ZERO},
    {"HighTotal", ZERO},
    {"HighFree", ZERO},
    {"LowTotal", offsetof(MemoryView, total)},
    {"LowFree", offsetof(MemoryView, free)},
    {"MmapCopy", ZERO},
    {"SwapTotal", offsetof(MemoryView, swap_total)},
    {"SwapFree", offsetof(MemoryView, swap_free)},
    {"Zswap", offsetof(MemoryView, zswap)},
    {"Zswapped", offsetof(MemoryView, zswapped)},
    {"Dirty", offsetof(MemoryView, dirty)},
    {"Writeback", offsetof(MemoryView, writeback)},
    {"AnonPages", offsetof(MemoryView, anon_pages)},
    {"Mapped", offsetof(MemoryView, mapped)},
    {"Shmem", offsetof(MemoryView, shmem)},
    {"KReclaimable", offsetof(MemoryView, kreclaimable)},
    {"Slab", offsetof(MemoryView, slab)},
    {"SReclaimable", offsetof(MemoryView, sreclaimable)},
    {"SUnreclaim", offsetof(MemoryView, sunreclaim)},
    {"KernelStack", offsetof(MemoryView, kernel_stack)},
    {"ShadowCallStack", ZERO},
    {"PageTables", offsetof(MemoryView, page_tables)},
    {"SecPageTables", offsetof(MemoryView, sec_page_tables)},
    {"NFS_Unstable", ZERO},
    {"Bounce", ZERO},
    {"WritebackTmp", ZERO},
    {"CommitLimit", offsetof(MemoryView, commit_limit)},
    {"Committed_AS", offsetof(MemoryView, committed)},
    {"VmallocTotal", TRUE_FOR_ALL},
    {"VmallocUsed", offsetof(MemoryView, vmalloc_used)},
    {"VmallocChunk", ZERO},
    {"Percpu", offsetof(MemoryView, percpu)},
    {"EarlyMemtestBad", ZERO},
    {"HardwareCorrupted", ZERO},
    {"AnonHugePages", offsetof(MemoryView, anon_huge_pages)},
    {"ShmemHugePages", offsetof(MemoryView, shmem_huge_pages)},
    {"ShmemPmdMapped", ZERO},
    {"FileHugePages", offsetof(MemoryView, file_huge_pages)},
    {"FilePmdMapped", ZERO},
    {"CmaTotal", ZERO},
    {"CmaFree", ZERO},
    {"Unaccepted", ZERO},
    {"Balloon", ZERO},
    {"HugePages_Total", offsetof(MemoryView, huge_total)},
    {"HugePages_Free", offsetof(MemoryView, huge_free)},
    {"HugePages_Rsvd", offsetof(MemoryView, huge_reserved)},
    {"HugePages_Surp", ZERO},
    {"Hugepagesize", TRUE_FOR_ALL},
    {"Hugetlb", offsetof(MemoryView, hugetlb)},
    {"DirectMap4k", ZERO},
    {"DirectMap64k", ZERO},
    {"DirectMap1M", ZERO},
    {"DirectMap2M", ZERO},
    {"DirectMap4M", ZERO},
    {"DirectMap1G", ZERO},
    {"DirectMap2G", ZERO},
};

/* *@next is where to begin: the kernel writes lines in the order of the rows. */
static size_t
find_source(Span key, size_t *next)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t row = (*next + i) % G_N_ELEMENTS(rows);

        if (span_equals(key, rows[row].key)) {
            *next = row + 1;
            return rows[row].source;
        }
    }
    return ZERO;
}

/* "Key:  NUMBER kB"; HugePages_* count and have no unit. */
typedef struct {
    Span key; /* without its colon */
    Span number, unit;
} Line;

static bool
line_parse(Span line, Line *ret)
{
    *ret = (Line){.unit = {"", 0}};
    if (!span_next_field(&line, ':', &ret->key) || !line.text ||
        !span_next_word(&line, &ret->number))
        return false;
    (void)span_next_word(&line, &ret->unit);
    return true;
}

static void
append_line(GString *out, const Line *line, uint64_t number)
{
    int columns =
        (int)MAX(line->key.len + 2, KEY_COLUMNS); /* with its colon, and a blank at least */

    g_string_append_printf(out, "%-*.*s%*" PRIu64, columns, (int)line->key.len + 1, line->key.text,
                           MAX(VALUE_END - columns, 0), number);
    if (line->unit.len > 0) {
        g_string_append_c(out, ' ');
        g_string_append_len(out, line->unit.text, (gssize)line->unit.len);
    }
    g_string_append_c(out, '\n');
}

static uint64_t
number_of(const MemoryView *memory, const Line *line, size_t source)
{
    uint64_t number = 0;

    if (source == TRUE_FOR_ALL)
        (void)span_number(line->number, &number, NULL); /* what is not a number is shown as 0 */
    else if (source != ZERO)
        number = G_STRUCT_MEMBER(uint64_t, memory, source) / (line->unit.len > 0 ? KIB : 1);
    return number;
}

void
meminfo_render(const View *view, GString *out)
{
    const Snapshot *snapshot = view->snapshot;
    MemoryView memory = memory_view(&snapshot->host_memory, &snapshot->memory);
    LineIter lines = lines_of(snapshot->meminfo.text, snapshot->meminfo.len);
    size_t next = 0;
    Line line;
    Span text;

    memory_view_huge(&memory, &snapshot->host_memory, &snapshot->hugetlb);
    while (lines_next(&lines, &text))
        if (line_parse(text, &line)) {
            size_t source = find_source(line.key, &next);

            append_line(out, &line, number_of(&memory, &line, source));
        }
}

/* Of what a container is shown nothing is more than ten times what the host has; what is the same
 * for all may be. */
size_t
meminfo_longest(const View *view)
{
    const Snapshot *snapshot = view->snapshot;
    const HostMemory *host = &snapshot->host_memory;
    uint64_t most = number_mul(number_add(host->total, host->swap_total) / KIB, 10), number;
    LineIter lines = lines_of(snapshot->meminfo.text, snapshot->meminfo.len);
    g_autoptr(GString) out = g_string_new(NULL);
    Line line;
    Span text;

    while (lines_next(&lines, &text))
        if (line_parse(text, &line))
            append_line(out, &line,
                        span_number(line.number, &number, NULL) ? MAX(most, number) : most);
    return out->len;
}
