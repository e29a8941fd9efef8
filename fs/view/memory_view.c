/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/memory_view.h"

#include "common/number.h"

/* Shown instead of no memory at all: programs divide by MemTotal. */
#define LEAST_TOTAL 4096

/* Hands out @want, but no more than is left of *@budget. */
static uint64_t
take(uint64_t *budget, uint64_t want)
{
    uint64_t taken = MIN(want, *budget);

    *budget -= taken;
    return taken;
}

/* total, free, available. */
static void
view_room(MemoryView *view, const HostMemory *host, const CgroupMemory *group)
{
    /* The host's page cache gives way to a container that may have the memory.  What nobody limits
     * is shown as free as the host itself shows it. */
    uint64_t host_free = group->limit < host->total ? host->available : host->free;
    uint64_t room, reclaimable;

    view->total = MAX(MIN(group->limit, host->total), LEAST_TOTAL);
    room = group->room == CGROUP_NO_LIMIT ? number_sub(view->total, group->usage) : group->room;
    reclaimable =
        number_add(number_add(group->active_file, group->inactive_file), group->slab_reclaimable);
    /* memory.stat may be older than usage and count pages that are gone already */
    reclaimable = MIN(reclaimable, group->usage);

    view->available = MIN(number_add(room, reclaimable), host->available);
    view->available = MIN(view->available, view->total);
    view->free = MIN(MIN(room, host_free), view->available);
}

/* v1 tells how much kernel memory there is, not what for. */
static uint64_t
unreclaimable_slab(const CgroupMemory *group)
{
    bool split = group->slab_reclaimable || group->slab_unreclaimable || group->kernel_stack ||
                 group->pagetables || group->sec_pagetables || group->percpu || group->vmalloc;

    return split ? group->slab_unreclaimable : group->kernel;
}

/* What is in use.  Usage and memory.stat are counted apart and flushed at different times, so the
 * parts may exceed the whole: they share one budget, and what can be reclaimed comes last, because
 * showing too much of it would promise memory that is not there. */
static void
view_use(MemoryView *view, const CgroupMemory *group)
{
    uint64_t budget = view->total - view->free;

    view->kernel_stack = take(&budget, group->kernel_stack);
    view->page_tables = take(&budget, group->pagetables);
    view->sec_page_tables = take(&budget, group->sec_pagetables);
    view->percpu = take(&budget, group->percpu);
    view->sunreclaim = take(&budget, unreclaimable_slab(group));
    view->vmalloc_used = take(&budget, group->vmalloc);
    view->zswap = take(&budget, group->zswap);
    view->anon_pages = take(&budget, group->anon);
    view->shmem = take(&budget, MIN(group->shmem, group->file));
    view->cached = view->shmem + take(&budget, group->file - MIN(group->shmem, group->file));
    view->sreclaimable = take(&budget, group->slab_reclaimable);
    /* what is in the swap cache has its place in swap, too */
    view->swap_cached = take(&budget, MIN(group->swapcached, view->swap_total - view->swap_free));

    view->kreclaimable = view->sreclaimable;
    view->slab = view->sreclaimable + view->sunreclaim;
}

/* Properties of the pages in use, each no larger than the set it is a part of. */
static void
view_parts(MemoryView *view, const CgroupMemory *group)
{
    uint64_t lists = view->anon_pages + view->cached + view->swap_cached;
    uint64_t pending = lists;

    view->active_anon = take(&lists, group->active_anon);
    view->inactive_anon = take(&lists, group->inactive_anon);
    view->active_file = take(&lists, group->active_file);
    view->inactive_file = take(&lists, group->inactive_file);
    view->unevictable = take(&lists, group->unevictable);
    view->active = view->active_anon + view->active_file;
    view->inactive = view->inactive_anon + view->inactive_file;

    view->dirty = take(&pending, MIN(group->file_dirty, view->cached));
    view->writeback = take(&pending, group->file_writeback);
    view->mapped = MIN(group->file_mapped, view->cached);
    view->anon_huge_pages = MIN(group->anon_thp, view->anon_pages);
    view->shmem_huge_pages = MIN(group->shmem_thp, view->shmem);
    view->file_huge_pages = MIN(group->file_thp, view->cached - view->shmem);
}

static void
view_swap(MemoryView *view, const HostMemory *host, const CgroupMemory *group)
{
    if (!group->swap_known)
        return;
    view->swap_total = MIN(group->swap_limit, host->swap_total);
    view->swap_free = MIN(number_sub(view->swap_total, group->swap_usage),
                          MIN(group->swap_room, host->swap_free));
    view->zswapped = MIN(group->zswapped, view->swap_total - view->swap_free);
}

MemoryView
memory_view(const HostMemory *host, const CgroupMemory *group)
{
    MemoryView view = {0};

    view_room(&view, host, group);
    view_swap(&view, host, group);
    view_use(&view, group);
    view_parts(&view, group);
    view.commit_limit = number_add(view.total, view.swap_total);
    view.committed = number_add(view.anon_pages + view.shmem, view.swap_total - view.swap_free);
    return view;
}

void
memory_view_huge(MemoryView *view, const HostMemory *host, const CgroupHugetlb *group)
{
    uint64_t size = host->huge_size, total = host->huge_total, room = host->huge_free;

    if (size == 0)
        return;
    if (group->limit != CGROUP_NO_LIMIT)
        total = MIN(total, group->limit / size);
    if (group->room != CGROUP_NO_LIMIT)
        room = MIN(room, group->room / size);
    view->huge_total = total;
    view->huge_free = MIN(room, total);
    view->huge_reserved =
        MIN(group->known ? group->reserved / size : host->huge_reserved, view->huge_free);
    view->hugetlb = number_mul(total, size);
}
