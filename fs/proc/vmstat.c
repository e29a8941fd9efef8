/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/vmstat: "key number", the keys the host's text has, in its order (linux:mm/vmstat.c).
 * Gauges are meminfo's numbers in the unit the kernel uses here, counters memory.stat's. */

#include "fs/proc/files.h"

#include "common/lines.h"
#include "common/number.h"
#include "fs/view/memory_view.h"

#include <inttypes.h>
#include <stddef.h>

#define KIB 1024

/* Everything a line may show. */
typedef struct {
    MemoryView memory;
    uint64_t file_pages, write_pending, hugetlb_used; /* bytes, too */
    CgroupEventCounts events;
    DiskTotal disks;
} Numbers;

typedef enum { UNIT_PAGE, UNIT_HUGE_PAGE, UNIT_KIB, UNIT_ONE } Unit;

typedef struct {
    const char *key;
    Unit unit;
    size_t offset; /* in Numbers */
} Row;

#define PAGES(key, field)                                                                          \
    {                                                                                              \
        key, UNIT_PAGE, offsetof(Numbers, field)                                                   \
    }
#define HUGE_PAGES(key, field)                                                                     \
    {                                                                                              \
        key, UNIT_HUGE_PAGE, offsetof(Numbers, field)                                              \
    }
#define IN_KIB(key, field)                                                                         \
    {                                                                                              \
        key, UNIT_KIB, offsetof(Numbers, field)                                                    \
    }
#define EVENT(name) {#name, UNIT_ONE, offsetof(Numbers, events.name)},

/* What is not here is counted for the whole machine only, or for nobody: 0. */
static const Row rows[] = {PAGES("nr_free_pages", memory.free),
                           PAGES("nr_zone_inactive_anon", memory.inactive_anon),
                           PAGES("nr_zone_active_anon", memory.active_anon),
                           PAGES("nr_zone_inactive_file", memory.inactive_file),
                           PAGES("nr_zone_active_file", memory.active_file),
                           PAGES("nr_zone_unevictable", memory.unevictable),
                           PAGES("nr_zone_write_pending", write_pending),
                           PAGES("nr_inactive_anon", memory.inactive_anon),
                           PAGES("nr_active_anon", memory.active_anon),
                           PAGES("nr_inactive_file", memory.inactive_file),
                           PAGES("nr_active_file", memory.active_file),
                           PAGES("nr_unevictable", memory.unevictable),
                           PAGES("nr_slab_reclaimable", memory.sreclaimable),
                           PAGES("nr_slab_unreclaimable", memory.sunreclaim),
                           PAGES("nr_anon_pages", memory.anon_pages),
                           PAGES("nr_mapped", memory.mapped),
                           PAGES("nr_file_pages", file_pages),
                           PAGES("nr_dirty", memory.dirty),
                           PAGES("nr_writeback", memory.writeback),
                           PAGES("nr_shmem", memory.shmem),
                           HUGE_PAGES("nr_shmem_hugepages", memory.shmem_huge_pages),
                           HUGE_PAGES("nr_file_hugepages", memory.file_huge_pages),
                           HUGE_PAGES("nr_anon_transparent_hugepages", memory.anon_huge_pages),
                           IN_KIB("nr_kernel_stack", memory.kernel_stack),
                           PAGES("nr_page_table_pages", memory.page_tables),
                           PAGES("nr_sec_page_table_pages", memory.sec_page_tables),
                           PAGES("nr_swapcached", memory.swap_cached),
                           PAGES("nr_hugetlb", hugetlb_used),
                           IN_KIB("pgpgin", disks.read), /* KiB of disks, whatever the name says */
                           IN_KIB("pgpgout", disks.written),
                           CGROUP_EVENTS(EVENT)};

static Numbers
collect(const View *view)
{
    const Snapshot *snapshot = view->snapshot;
    Numbers numbers = {.memory = memory_view(&snapshot->host_memory, &snapshot->memory),
                       .events = snapshot->events.counts,
                       .disks = view->disks};
    MemoryView *memory = &numbers.memory;

    memory_view_huge(memory, &snapshot->host_memory, &snapshot->hugetlb);
    numbers.file_pages = memory->cached + memory->swap_cached;
    numbers.write_pending = memory->dirty + memory->writeback;
    numbers.hugetlb_used =
        number_mul(memory->huge_total - memory->huge_free, snapshot->host_memory.huge_size);
    return numbers;
}

/* *@next is where to begin: the kernel's order is nearly that of the rows. */
static const Row *
find_row(Span key, size_t *next)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t at = (*next + i) % G_N_ELEMENTS(rows);

        if (span_equals(key, rows[at].key)) {
            *next = at + 1;
            return &rows[at];
        }
    }
    return NULL;
}

/* A transparent huge page is what one page of page table entries, of 8 bytes each, can map. */
static uint64_t
unit_size(Unit unit, uint64_t page_size)
{
    switch (unit) {
    case UNIT_PAGE:
        return page_size;
    case UNIT_HUGE_PAGE:
        return page_size / sizeof(uint64_t) * page_size;
    case UNIT_KIB:
        return KIB;
    default:
        return 1;
    }
}

static uint64_t
number_of(const Numbers *numbers, Span key, uint64_t page_size, size_t *next)
{
    const Row *row = find_row(key, next);

    return row ? G_STRUCT_MEMBER(uint64_t, numbers, row->offset) / unit_size(row->unit, page_size)
               : 0;
}

void
vmstat_render(const View *view, GString *out)
{
    const Snapshot *snapshot = view->snapshot;
    LineIter lines = lines_of(snapshot->vmstat.text, snapshot->vmstat.len);
    Numbers numbers = collect(view);
    size_t next = 0;
    Span line, key;

    while (lines_next(&lines, &line)) {
        if (!span_next_word(&line, &key))
            continue;
        g_string_append_len(out, key.text, (gssize)key.len);
        g_string_append_printf(out, " %" PRIu64 "\n",
                               number_of(&numbers, key, snapshot->page_size, &next));
    }
}
