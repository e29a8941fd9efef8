/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/memory_view.h"
#include "tests/unit/pure/rendering.h"

static const HostMemory host = {
    .total = 16 * GIB,
    .free = 4 * GIB,
    .available = 8 * GIB,
    .swap_total = 2 * GIB,
    .swap_free = 1 * GIB,
};

/* A container with a limit of 256 MiB that uses @usage. */
static CgroupMemory
limited(uint64_t usage)
{
    uint64_t limit = 256 * MIB;

    return (CgroupMemory){
        .limit = limit,
        .usage = usage,
        .room = limit > usage ? limit - usage : 0,
        .swap_limit = CGROUP_NO_LIMIT,
        .swap_room = CGROUP_NO_LIMIT,
    };
}

static CgroupMemory
unlimited(uint64_t usage)
{
    CgroupMemory group = limited(usage);

    group.limit = group.room = CGROUP_NO_LIMIT;
    return group;
}

static void
total_is_the_limit(void **state)
{
    CgroupMemory group = limited(0);

    (void)state;
    assert_int_equal(memory_view(&host, &group).total, 256 * MIB);
}

static void
total_is_the_hosts_without_a_limit(void **state)
{
    CgroupMemory group = unlimited(0);

    (void)state;
    assert_int_equal(memory_view(&host, &group).total, host.total);
}

static void
a_limit_above_the_hosts_memory_is_no_limit(void **state)
{
    CgroupMemory group = limited(0);

    (void)state;
    group.limit = 17 * GIB;
    assert_int_equal(memory_view(&host, &group).total, host.total);
}

static void
a_limit_of_zero_is_shown_as_a_page(void **state)
{
    CgroupMemory group = {.limit = 0};

    (void)state;
    assert_int_equal(memory_view(&host, &group).total, 4096);
    assert_int_equal(memory_view(&host, &group).free, 0);
}

static void
free_is_what_the_limit_leaves(void **state)
{
    CgroupMemory group = limited(100 * MIB);

    (void)state;
    assert_int_equal(memory_view(&host, &group).free, 156 * MIB);
}

static void
usage_above_the_limit_is_no_free_memory(void **state)
{
    CgroupMemory group = limited(257 * MIB);

    (void)state;
    assert_int_equal(memory_view(&host, &group).free, 0);
    assert_int_equal(memory_view(&host, &group).available, 0);
}

static void
an_ancestor_with_less_room_leaves_less_free(void **state)
{
    CgroupMemory group = limited(100 * MIB);

    (void)state;
    group.room = 10 * MIB;
    assert_int_equal(memory_view(&host, &group).free, 10 * MIB);
}

static void
free_is_never_more_than_the_host_has_free(void **state)
{
    CgroupMemory group = unlimited(1 * GIB);

    (void)state;
    assert_int_equal(memory_view(&host, &group).free, host.free);
}

static void
the_hosts_page_cache_gives_way_to_a_limited_container(void **state)
{
    CgroupMemory group = limited(56 * MIB);
    HostMemory cached = host;

    (void)state;
    cached.free = 10 * MIB;
    assert_int_equal(memory_view(&cached, &group).free, 200 * MIB);
    cached.available = 20 * MIB;
    assert_int_equal(memory_view(&cached, &group).free, 20 * MIB);
}

static void
without_a_limit_free_is_what_others_leave_of_the_host(void **state)
{
    CgroupMemory group = unlimited(14 * GIB);

    (void)state;
    assert_int_equal(memory_view(&host, &group).free, 2 * GIB);
}

static void
page_cache_and_reclaimable_slab_are_available(void **state)
{
    CgroupMemory group = limited(200 * MIB);

    (void)state;
    group.file = 110 * MIB;
    group.active_file = 50 * MIB;
    group.inactive_file = 60 * MIB;
    group.slab_reclaimable = 7 * MIB;
    assert_int_equal(memory_view(&host, &group).available, (56 + 50 + 60 + 7) * MIB);
}

static void
available_is_never_more_than_on_the_host(void **state)
{
    HostMemory tight = {.total = 16 * GIB, .free = 1 * GIB, .available = 2 * GIB};
    CgroupMemory group = unlimited(4 * GIB);

    (void)state;
    group.inactive_file = 3 * GIB;
    assert_int_equal(memory_view(&tight, &group).available, 2 * GIB);
}

static void
a_late_memory_stat_does_not_make_more_than_the_usage_available(void **state)
{
    CgroupMemory group = limited(10 * MIB);

    (void)state;
    group.inactive_file = 200 * MIB; /* was dropped just now */
    assert_int_equal(memory_view(&host, &group).available, 256 * MIB);
    group.room = 100 * MIB; /* an ancestor's */
    assert_int_equal(memory_view(&host, &group).available, 110 * MIB);
}

static void
free_stays_below_a_small_host_available(void **state)
{
    HostMemory reserved = {.total = 16 * GIB, .free = 100 * MIB, .available = 60 * MIB};
    CgroupMemory group = limited(0);

    (void)state;
    assert_int_equal(memory_view(&reserved, &group).available, 60 * MIB);
    assert_int_equal(memory_view(&reserved, &group).free, 60 * MIB);
}

static void
what_is_in_use_is_told_by_kind(void **state)
{
    CgroupMemory group = limited(200 * MIB);
    MemoryView view;

    (void)state;
    group.anon = 80 * MIB;
    group.file = 60 * MIB;
    group.shmem = 20 * MIB;
    group.slab_reclaimable = 10 * MIB;
    group.slab_unreclaimable = 5 * MIB;
    group.kernel_stack = 1 * MIB;
    group.pagetables = 2 * MIB;
    group.sec_pagetables = 3 * MIB;
    group.percpu = 4 * MIB;
    group.swapcached = 6 * MIB;
    group.swap_known = true;
    group.swap_limit = 128 * MIB;
    group.swap_usage = 10 * MIB;
    view = memory_view(&host, &group);
    assert_int_equal(view.anon_pages, 80 * MIB);
    assert_int_equal(view.cached, 60 * MIB);
    assert_int_equal(view.shmem, 20 * MIB);
    assert_int_equal(view.sreclaimable, 10 * MIB);
    assert_int_equal(view.kreclaimable, 10 * MIB);
    assert_int_equal(view.sunreclaim, 5 * MIB);
    assert_int_equal(view.slab, 15 * MIB);
    assert_int_equal(view.kernel_stack, 1 * MIB);
    assert_int_equal(view.page_tables, 2 * MIB);
    assert_int_equal(view.sec_page_tables, 3 * MIB);
    assert_int_equal(view.percpu, 4 * MIB);
    assert_int_equal(view.swap_cached, 6 * MIB);
}

static void
kernel_memory_of_v1_is_slab_that_cannot_be_reclaimed(void **state)
{
    CgroupMemory group = limited(100 * MIB);

    (void)state;
    group.kernel = 9 * MIB;
    assert_int_equal(memory_view(&host, &group).sunreclaim, 9 * MIB);
    assert_int_equal(memory_view(&host, &group).slab, 9 * MIB);
}

static void
kernel_memory_of_v2_is_not_counted_twice(void **state)
{
    CgroupMemory group = limited(100 * MIB);

    (void)state;
    group.kernel = 9 * MIB;
    group.slab_reclaimable = 6 * MIB;
    assert_int_equal(memory_view(&host, &group).slab, 6 * MIB);
}

static void
parts_larger_than_the_usage_are_cut_and_cache_is_cut_first(void **state)
{
    CgroupMemory group = limited(100 * MIB); /* total - free */
    MemoryView view;

    (void)state;
    group.anon = 70 * MIB;
    group.slab_unreclaimable = 10 * MIB;
    group.shmem = 5 * MIB;
    group.file = 90 * MIB;
    group.slab_reclaimable = 30 * MIB;
    view = memory_view(&host, &group);
    assert_int_equal(view.sunreclaim, 10 * MIB);
    assert_int_equal(view.anon_pages, 70 * MIB);
    assert_int_equal(view.shmem, 5 * MIB);
    assert_int_equal(view.cached, 20 * MIB);
    assert_int_equal(view.sreclaimable, 0);
}

static void
active_and_inactive_are_sums_of_their_lists(void **state)
{
    CgroupMemory group = limited(200 * MIB);
    MemoryView view;

    (void)state;
    group.anon = 100 * MIB;
    group.file = 50 * MIB;
    group.active_anon = 1 * MIB;
    group.inactive_anon = 20 * MIB;
    group.active_file = 3 * MIB;
    group.inactive_file = 40 * MIB;
    group.unevictable = 5 * MIB;
    view = memory_view(&host, &group);
    assert_int_equal(view.active, 4 * MIB);
    assert_int_equal(view.inactive, 60 * MIB);
    assert_int_equal(view.active_anon, 1 * MIB);
    assert_int_equal(view.inactive_file, 40 * MIB);
    assert_int_equal(view.unevictable, 5 * MIB);
}

static void
mapped_and_dirty_pages_are_cache(void **state)
{
    CgroupMemory group = limited(100 * MIB);
    MemoryView view;

    (void)state;
    group.file = 10 * MIB;
    group.file_mapped = 4 * MIB;
    group.file_dirty = 3 * MIB;
    group.file_writeback = 2 * MIB;
    view = memory_view(&host, &group);
    assert_int_equal(view.mapped, 4 * MIB);
    assert_int_equal(view.dirty, 3 * MIB);
    assert_int_equal(view.writeback, 2 * MIB);

    group.file = 1 * MIB;
    view = memory_view(&host, &group);
    assert_int_equal(view.mapped, 1 * MIB);
    assert_int_equal(view.dirty, 1 * MIB);
}

static void
huge_pages_are_part_of_what_they_hold(void **state)
{
    CgroupMemory group = limited(200 * MIB);
    MemoryView view;

    (void)state;
    group.anon = 40 * MIB;
    group.anon_thp = 60 * MIB;
    group.file = 30 * MIB;
    group.shmem = 10 * MIB;
    group.shmem_thp = 8 * MIB;
    group.file_thp = 26 * MIB;
    view = memory_view(&host, &group);
    assert_int_equal(view.anon_huge_pages, 40 * MIB);
    assert_int_equal(view.shmem_huge_pages, 8 * MIB);
    assert_int_equal(view.file_huge_pages, 20 * MIB);
}

static CgroupMemory
swapping(uint64_t limit, uint64_t usage)
{
    CgroupMemory group = limited(0);

    group.swap_known = true;
    group.swap_limit = limit;
    group.swap_usage = usage;
    group.swap_room = limit > usage ? limit - usage : 0;
    return group;
}

static void
swap_is_the_limit_and_what_it_leaves(void **state)
{
    CgroupMemory group = swapping(100 * MIB, 30 * MIB);

    (void)state;
    assert_int_equal(memory_view(&host, &group).swap_total, 100 * MIB);
    assert_int_equal(memory_view(&host, &group).swap_free, 70 * MIB);
}

static void
swap_in_use_above_a_lowered_limit_is_no_free_swap(void **state)
{
    CgroupMemory group = swapping(1 * MIB, 7 * MIB);

    (void)state;
    assert_int_equal(memory_view(&host, &group).swap_total, 1 * MIB);
    assert_int_equal(memory_view(&host, &group).swap_free, 0);
}

static void
swap_is_never_more_than_the_host_has(void **state)
{
    CgroupMemory group = swapping(8 * GIB, 0);

    (void)state;
    assert_int_equal(memory_view(&host, &group).swap_total, 2 * GIB);
    assert_int_equal(memory_view(&host, &group).swap_free, 1 * GIB);
}

static void
without_swap_accounting_there_is_no_swap(void **state)
{
    CgroupMemory group = swapping(100 * MIB, 30 * MIB);

    (void)state;
    group.swap_known = false;
    assert_int_equal(memory_view(&host, &group).swap_total, 0);
    assert_int_equal(memory_view(&host, &group).swap_free, 0);
}

static void
zswap_is_memory_and_what_it_holds_is_swap(void **state)
{
    CgroupMemory group = swapping(100 * MIB, 30 * MIB);

    (void)state;
    group.usage = 50 * MIB;
    group.room = 206 * MIB;
    group.zswap = 5 * MIB;
    group.zswapped = 40 * MIB;
    assert_int_equal(memory_view(&host, &group).zswap, 5 * MIB);
    assert_int_equal(memory_view(&host, &group).zswapped, 30 * MIB);
}

static void
committed_is_what_cannot_be_dropped_and_its_limit_is_all_there_is(void **state)
{
    CgroupMemory group = swapping(100 * MIB, 30 * MIB);

    (void)state;
    group.usage = 90 * MIB;
    group.room = 166 * MIB;
    group.anon = 40 * MIB;
    group.file = 20 * MIB;
    group.shmem = 8 * MIB;
    assert_int_equal(memory_view(&host, &group).committed, (40 + 8 + 30) * MIB);
    assert_int_equal(memory_view(&host, &group).commit_limit, (256 + 100) * MIB);
}

/* memory.swap.max was lowered to nothing while pages were swapped out */
static void
the_swap_cache_is_a_part_of_used_swap(void **state)
{
    CgroupMemory group = limited(100 * MIB);

    (void)state;
    group.swapcached = 6 * MIB;
    group.swap_known = true;
    group.swap_limit = 2 * MIB;
    group.swap_usage = 10 * MIB;
    group.swap_room = 0;
    assert_int_equal(memory_view(&host, &group).swap_cached, 2 * MIB);
    group.swap_limit = 0;
    assert_int_equal(memory_view(&host, &group).swap_cached, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(total_is_the_limit),
        cmocka_unit_test(total_is_the_hosts_without_a_limit),
        cmocka_unit_test(a_limit_above_the_hosts_memory_is_no_limit),
        cmocka_unit_test(a_limit_of_zero_is_shown_as_a_page),
        cmocka_unit_test(free_is_what_the_limit_leaves),
        cmocka_unit_test(usage_above_the_limit_is_no_free_memory),
        cmocka_unit_test(an_ancestor_with_less_room_leaves_less_free),
        cmocka_unit_test(free_is_never_more_than_the_host_has_free),
        cmocka_unit_test(the_hosts_page_cache_gives_way_to_a_limited_container),
        cmocka_unit_test(without_a_limit_free_is_what_others_leave_of_the_host),
        cmocka_unit_test(page_cache_and_reclaimable_slab_are_available),
        cmocka_unit_test(available_is_never_more_than_on_the_host),
        cmocka_unit_test(a_late_memory_stat_does_not_make_more_than_the_usage_available),
        cmocka_unit_test(free_stays_below_a_small_host_available),
        cmocka_unit_test(what_is_in_use_is_told_by_kind),
        cmocka_unit_test(kernel_memory_of_v1_is_slab_that_cannot_be_reclaimed),
        cmocka_unit_test(kernel_memory_of_v2_is_not_counted_twice),
        cmocka_unit_test(parts_larger_than_the_usage_are_cut_and_cache_is_cut_first),
        cmocka_unit_test(active_and_inactive_are_sums_of_their_lists),
        cmocka_unit_test(mapped_and_dirty_pages_are_cache),
        cmocka_unit_test(huge_pages_are_part_of_what_they_hold),
        cmocka_unit_test(swap_is_the_limit_and_what_it_leaves),
        cmocka_unit_test(swap_in_use_above_a_lowered_limit_is_no_free_swap),
        cmocka_unit_test(swap_is_never_more_than_the_host_has),
        cmocka_unit_test(without_swap_accounting_there_is_no_swap),
        cmocka_unit_test(zswap_is_memory_and_what_it_holds_is_swap),
        cmocka_unit_test(committed_is_what_cannot_be_dropped_and_its_limit_is_all_there_is),
        cmocka_unit_test(the_swap_cache_is_a_part_of_used_swap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
