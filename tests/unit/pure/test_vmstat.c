/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

#define PAGE 4096u

static Snapshot
machine(const char *vmstat)
{
    return (Snapshot){.vmstat = host_text(vmstat),
                      .page_size = PAGE,
                      .host_memory = {.total = 16 * GIB, .free = 8 * GIB, .available = 9 * GIB}};
}

static CgroupMemory
group_of_256_mib(void)
{
    return (CgroupMemory){.limit = 256 * MIB, .usage = 100 * MIB, .room = 156 * MIB};
}

static void
gauges_are_meminfos_numbers_in_pages(void **state)
{
    Snapshot snapshot = machine("nr_free_pages 9\nnr_anon_pages 9\nnr_file_pages 9\nnr_shmem 9\n"
                                "nr_zone_write_pending 9\nnr_slab_reclaimable 9\n");

    (void)state;
    snapshot.memory = group_of_256_mib();
    snapshot.memory.anon = 20 * MIB;
    snapshot.memory.file = 10 * MIB;
    snapshot.memory.shmem = 4 * MIB;
    snapshot.host_memory.swap_total = snapshot.host_memory.swap_free = GIB;
    snapshot.memory.swap_known = true;
    snapshot.memory.swap_limit = 4 * MIB;
    snapshot.memory.swap_usage = 2 * MIB;
    snapshot.memory.swapcached = 1 * MIB;
    snapshot.memory.file_dirty = 12 * KIB;
    snapshot.memory.file_writeback = 8 * KIB;
    snapshot.memory.slab_reclaimable = 16 * KIB;
    renders(vmstat_render, &(View){.snapshot = &snapshot},
            "nr_free_pages 39936\nnr_anon_pages 5120\nnr_file_pages 2816\nnr_shmem 1024\n"
            "nr_zone_write_pending 5\nnr_slab_reclaimable 4\n");
}

static void
some_gauges_have_units_of_their_own(void **state)
{
    Snapshot snapshot = machine("nr_kernel_stack 9\nnr_anon_transparent_hugepages 9\n"
                                "nr_shmem_hugepages 9\nnr_hugetlb 9\n");

    (void)state;
    snapshot.memory = group_of_256_mib();
    snapshot.memory.kernel_stack = 64 * KIB;
    snapshot.memory.anon = snapshot.memory.anon_thp = 6 * MIB;
    snapshot.memory.file = snapshot.memory.shmem = snapshot.memory.shmem_thp = 4 * MIB;
    snapshot.host_memory.huge_size = 2 * MIB;
    snapshot.host_memory.huge_total = snapshot.host_memory.huge_free = 8;
    snapshot.hugetlb = (CgroupHugetlb){.limit = 8 * MIB, .room = 6 * MIB};
    renders(vmstat_render, &(View){.snapshot = &snapshot},
            "nr_kernel_stack 64\nnr_anon_transparent_hugepages 3\n"
            "nr_shmem_hugepages 2\nnr_hugetlb 512\n");
}

static void
counters_are_the_cgroups(void **state)
{
    Snapshot snapshot = machine("pgfault 9\nworkingset_refault_file 9\npgmajfault 9\noom_kill 9\n");

    (void)state;
    snapshot.events.counts = (CgroupEventCounts){
        .pgfault = 1000, .pgmajfault = 7, .workingset_refault_file = 3, .oom_kill = 2};
    renders(vmstat_render, &(View){.snapshot = &snapshot},
            "pgfault 1000\nworkingset_refault_file 3\npgmajfault 7\noom_kill 2\n");
}

static void
paging_is_what_went_through_the_disks_in_kib(void **state)
{
    Snapshot snapshot = machine("pgpgin 9\npgpgout 9\npswpin 9\n");
    View view = {.snapshot = &snapshot, .disks = {5 * MIB, 3 * KIB}};

    (void)state;
    renders(vmstat_render, &view, "pgpgin 5120\npgpgout 3\npswpin 0\n");
}

static void
what_nobody_counts_for_a_cgroup_is_zero(void **state)
{
    Snapshot snapshot = machine("numa_hit 31025810\npgalloc_normal 9\nnr_dirty_threshold 9\n"
                                "of_a_newer_kernel 9\n");

    (void)state;
    renders(vmstat_render, &(View){.snapshot = &snapshot},
            "numa_hit 0\npgalloc_normal 0\nnr_dirty_threshold 0\nof_a_newer_kernel 0\n");
}

static void
keys_are_compared_whole(void **state)
{
    Snapshot snapshot = machine("pgfaul 9\npgfault2 9\nnr_free 9\n\npgfault 9\n");

    (void)state;
    snapshot.events.counts.pgfault = 5;
    renders(vmstat_render, &(View){.snapshot = &snapshot},
            "pgfaul 0\npgfault2 0\nnr_free 0\npgfault 5\n");
}

static void
pages_may_be_larger(void **state)
{
    Snapshot snapshot = machine("nr_anon_pages 9\nnr_anon_transparent_hugepages 9\n");

    (void)state;
    snapshot.page_size = 64 * KIB;
    snapshot.memory =
        (CgroupMemory){.limit = 4 * GIB, .room = 0, .usage = 4 * GIB, .anon = GIB, .anon_thp = GIB};
    renders(vmstat_render, &(View){.snapshot = &snapshot},
            "nr_anon_pages 16384\nnr_anon_transparent_hugepages 2\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gauges_are_meminfos_numbers_in_pages),
        cmocka_unit_test(some_gauges_have_units_of_their_own),
        cmocka_unit_test(counters_are_the_cgroups),
        cmocka_unit_test(paging_is_what_went_through_the_disks_in_kib),
        cmocka_unit_test(what_nobody_counts_for_a_cgroup_is_zero),
        cmocka_unit_test(keys_are_compared_whole),
        cmocka_unit_test(pages_may_be_larger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
