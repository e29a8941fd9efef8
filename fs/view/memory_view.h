/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The memory a container is shown.  [pure]  Formulas, line by line, with reasons: docs/FILES.md. */

#pragma once

#include "fs/source/cgroup.h"
#include "fs/source/cgroup_hugetlb.h"
#include "fs/source/host.h"

/* Bytes.  Always: free <= available <= total, swap_free <= swap_total, and what is in use adds up
 * to no more than total - free. */
typedef struct {
    uint64_t total, free, available;
    uint64_t cached, swap_cached, active, inactive, active_anon, inactive_anon, active_file,
        inactive_file, unevictable;
    uint64_t swap_total, swap_free, zswap, zswapped;
    uint64_t dirty, writeback, anon_pages, mapped, shmem;
    uint64_t kreclaimable, slab, sreclaimable, sunreclaim, kernel_stack, page_tables,
        sec_page_tables, percpu;
    uint64_t commit_limit, committed;
    uint64_t anon_huge_pages, shmem_huge_pages, file_huge_pages;
    uint64_t vmalloc_used;
    uint64_t huge_total, huge_free, huge_reserved; /* counts of huge pages, the only ones here */
    uint64_t hugetlb;
} MemoryView;

MemoryView memory_view(const HostMemory *host, const CgroupMemory *group);
/* Fills in the huge pages, which are counted apart from all other memory. */
void memory_view_huge(MemoryView *view, const HostMemory *host, const CgroupHugetlb *group);
