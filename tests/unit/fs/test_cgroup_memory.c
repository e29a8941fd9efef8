/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory on the way up, with v2 unless the name says v1. */

#include "common/error.h"
#include "common/io.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

#define NONE CGROUP_NO_LIMIT

static bool
try_read(const Machine *machine, const char *path, CgroupMemory *ret, GError **error)
{
    CgroupPaths paths = {.v1[CGROUP_MEMORY] = (char *)path, .unified = (char *)path};

    return cgroup_read_memory(&(Cgroups){&machine->tree.layout, &paths}, ret, NULL, error);
}

static CgroupMemory
read_memory(const Machine *machine, const char *path)
{
    g_autoptr(GError) error = NULL;
    CgroupMemory memory = {0};

    (void)try_read(machine, path, &memory, &error);
    g_assert_no_error(error);
    return memory;
}

static void
refuses(const Machine *machine, const char *path, ReadError code)
{
    g_autoptr(GError) error = NULL;
    CgroupMemory memory = {.limit = 77};

    assert_false(try_read(machine, path, &memory, &error));
    assert_true(g_error_matches(error, READ_ERROR, (int)code));
    assert_true(memory.limit == 77);
}

static void
the_root_has_no_limit_and_says_so(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupMemory memory = read_memory(machine, "/");

    (void)state;
    assert_true(memory.is_root);
    assert_true(memory.limit == NONE && memory.room == NONE);
    assert_false(memory.swap_known);
}

static void
a_controller_that_is_not_mounted_is_the_root(void **state)
{
    g_autoptr(Machine) machine = machine_new("");

    (void)state;
    machine_boot(machine);
    assert_true(read_memory(machine, "/pod").is_root);
}

static void
without_limits_there_is_room_without_end(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupMemory memory;

    (void)state;
    machine_set(machine, "pod/app", "memory.current", "5000\n");
    memory = read_memory(machine, "/pod/app");
    assert_false(memory.is_root);
    assert_true(memory.limit == NONE && memory.room == NONE);
    assert_true(memory.usage == 5000);
}

static void
the_tightest_limit_on_the_way_up_counts(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_set(machine, "pod/app", "memory.max", "8000\n");
    machine_set(machine, "pod", "memory.max", "6000\n");
    assert_true(read_memory(machine, "/pod/app").limit == 6000);
    machine_set(machine, "pod", "memory.max", "9000\n");
    assert_true(read_memory(machine, "/pod/app").limit == 8000);
}

static void
the_least_room_need_not_be_where_the_least_limit_is(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupMemory memory;

    (void)state;
    machine_set(machine, "pod/app", "memory.max", "6000\n");
    machine_set(machine, "pod/app", "memory.current", "1000\n");
    machine_set(machine, "pod", "memory.max", "9000\n");
    machine_set(machine, "pod", "memory.current", "8500\n");
    memory = read_memory(machine, "/pod/app");
    assert_true(memory.limit == 6000);
    assert_true(memory.usage == 1000);
    assert_true(memory.room == 500);
}

static void
usage_above_the_limit_leaves_no_room(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_set(machine, "pod/app", "memory.max", "6000\n");
    machine_set(machine, "pod/app", "memory.current", "7000\n");
    assert_true(read_memory(machine, "/pod/app").room == 0);
}

static void
memory_high_is_a_limit_too(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_set(machine, "pod", "memory.high", "4000\n");
    machine_set(machine, "pod/app", "memory.max", "8000\n");
    assert_true(read_memory(machine, "/pod/app").limit == 4000);
}

static void
a_limit_of_nothing_is_a_limit(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_set(machine, "pod/app", "memory.max", "0\n");
    assert_true(read_memory(machine, "/pod/app").limit == 0);
}

static void
swap_has_limits_of_its_own(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupMemory memory;

    (void)state;
    machine_set(machine, "pod/app", "memory.swap.max", "500\n");
    machine_set(machine, "pod/app", "memory.swap.current", "100\n");
    machine_set(machine, "pod", "memory.swap.max", "900\n");
    machine_set(machine, "pod", "memory.swap.current", "850\n");
    memory = read_memory(machine, "/pod/app");
    assert_true(memory.swap_known);
    assert_true(memory.swap_limit == 500 && memory.swap_usage == 100 && memory.swap_room == 50);
}

static void
without_accounting_nothing_is_known_of_swap(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_remove(machine, "cg/pod/app/memory.swap.max");
    machine_remove(machine, "cg/pod/app/memory.swap.current");
    machine_remove(machine, "cg/pod/memory.swap.max");
    machine_remove(machine, "cg/pod/memory.swap.current");
    assert_false(read_memory(machine, "/pod/app").swap_known);
}

static void
every_key_of_memory_stat_is_exact(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupMemory memory;

    (void)state;
    machine_set(machine, "pod/app", "memory.stat",
                "anon 1\nfile 2\nkernel 3\nkernel_stack 4\npagetables 5\nsec_pagetables 6\n"
                "percpu 7\nsock 99\nshmem 8\nzswap 9\nzswapped 10\nfile_mapped 11\nfile_dirty 12\n"
                "file_writeback 13\nswapcached 14\nanon_thp 15\nfile_thp 16\nshmem_thp 17\n"
                "inactive_anon 18\nactive_anon 19\ninactive_file 20\nactive_file 21\n"
                "unevictable 22\nslab_reclaimable 23\nslab_unreclaimable 24\nslab 99\n"
                "workingset_refault_anon 99\n");
    memory = read_memory(machine, "/pod/app");
    assert_true(memory.anon == 1 && memory.file == 2 && memory.kernel == 3);
    assert_true(memory.kernel_stack == 4 && memory.pagetables == 5 && memory.sec_pagetables == 6);
    assert_true(memory.percpu == 7 && memory.shmem == 8 && memory.zswap == 9);
    assert_true(memory.zswapped == 10 && memory.file_mapped == 11 && memory.file_dirty == 12);
    assert_true(memory.file_writeback == 13 && memory.swapcached == 14 && memory.anon_thp == 15);
    assert_true(memory.file_thp == 16 && memory.shmem_thp == 17 && memory.inactive_anon == 18);
    assert_true(memory.active_anon == 19 && memory.inactive_file == 20);
    assert_true(memory.active_file == 21 && memory.unevictable == 22);
    assert_true(memory.slab_reclaimable == 23 && memory.slab_unreclaimable == 24);
}

static void
before_the_kernel_key_its_parts_are_added_up(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_set(machine, "pod/app", "memory.stat",
                "anon 1\nfile 2\nkernel_stack 4\npagetables 5\npercpu 7\nslab_reclaimable 23\n"
                "slab_unreclaimable 24\n");
    assert_true(read_memory(machine, "/pod/app").kernel == 63);
}

static void
where_the_controller_is_not_enabled_the_parent_counts(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupMemory memory;

    (void)state;
    machine_write(machine, "cg/pod/app/worker/cgroup.procs", "");
    machine_set(machine, "pod/app", "memory.max", "6000\n");
    machine_set(machine, "pod/app", "memory.current", "1000\n");
    memory = read_memory(machine, "/pod/app/worker");
    assert_true(memory.limit == 6000 && memory.usage == 1000);
}

static void
a_removed_cgroup_is_gone_and_not_its_parent(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    refuses(machine, "/pod/other", READ_ERROR_GONE);
    machine_remove(machine, "cg/pod/app/memory.stat");
    machine_remove(machine, "cg/pod/app/cgroup.procs");
    refuses(machine, "/pod/app", READ_ERROR_GONE);
}

static void
text_that_is_not_the_kernels_is_refused(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_set(machine, "pod", "memory.max", "");
    refuses(machine, "/pod/app", READ_ERROR_MALFORMED);
    machine_set(machine, "pod", "memory.max", "max\n");
    machine_set(machine, "pod/app", "memory.stat", "");
    refuses(machine, "/pod/app", READ_ERROR_MALFORMED);
}

static void
a_file_without_end_is_an_error(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_write_huge(machine, "cg/pod/app/memory.stat", IO_READ_MAX + 1);
    refuses(machine, "/pod/app", READ_ERROR_IO);
}

static void
v1_limits_of_any_page_size_are_none(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();

    (void)state;
    assert_true(read_memory(machine, "/pod/app").limit == NONE);
    machine_set(machine, "pod/app", "memory.limit_in_bytes", "9223372036854710272\n"); /* 64 KiB */
    assert_true(read_memory(machine, "/pod/app").limit == NONE);
}

static void
v1_counts_on_the_way_up_as_v2_does(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();
    CgroupMemory memory;

    (void)state;
    machine_set(machine, "pod/app", "memory.limit_in_bytes", "6000\n");
    machine_set(machine, "pod/app", "memory.usage_in_bytes", "1000\n");
    machine_set(machine, "pod/app", "memory.kmem.usage_in_bytes", "300\n");
    machine_set(machine, "pod", "memory.limit_in_bytes", "9000\n");
    machine_set(machine, "pod", "memory.usage_in_bytes", "8500\n");
    memory = read_memory(machine, "/pod/app");
    assert_true(memory.limit == 6000 && memory.usage == 1000 && memory.room == 500);
    assert_true(memory.kernel == 300);
}

static void
v1_stat_is_that_of_the_whole_subtree(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();
    CgroupMemory memory;

    (void)state;
    machine_set(machine, "pod/app", "memory.stat",
                "cache 90\nrss 90\ntotal_cache 1\ntotal_rss 2\ntotal_rss_huge 3\ntotal_shmem 4\n"
                "total_mapped_file 5\ntotal_dirty 6\ntotal_writeback 7\ntotal_swap 8\n"
                "total_swapcached 9\ntotal_inactive_anon 10\ntotal_active_anon 11\n"
                "total_inactive_file 12\ntotal_active_file 13\ntotal_unevictable 14\n");
    memory = read_memory(machine, "/pod/app");
    assert_true(memory.file == 1 && memory.anon == 2 && memory.anon_thp == 3);
    assert_true(memory.shmem == 4 && memory.file_mapped == 5 && memory.file_dirty == 6);
    assert_true(memory.file_writeback == 7 && memory.swap_usage == 8 && memory.swapcached == 9);
    assert_true(memory.inactive_anon == 10 && memory.active_anon == 11);
    assert_true(memory.inactive_file == 12 && memory.active_file == 13);
    assert_true(memory.unevictable == 14);
}

static void
v1_swap_is_what_memsw_allows_beyond_memory(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();
    CgroupMemory memory;

    (void)state;
    machine_set(machine, "pod/app", "memory.limit_in_bytes", "6000\n");
    machine_set(machine, "pod/app", "memory.memsw.limit_in_bytes", "10000\n");
    machine_set(machine, "pod/app", "memory.usage_in_bytes", "5000\n");
    machine_set(machine, "pod/app", "memory.memsw.usage_in_bytes", "5700\n");
    machine_set(machine, "pod/app", "memory.stat", "total_cache 0\ntotal_rss 0\n");
    memory = read_memory(machine, "/pod/app");
    assert_true(memory.swap_known);
    assert_true(memory.swap_limit == 4000 && memory.swap_usage == 700 && memory.swap_room == 3300);
}

static void
v1_without_memsw_nothing_is_known_of_swap(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();

    (void)state;
    machine_remove(machine, "v1/memory/pod/app/memory.memsw.limit_in_bytes");
    machine_remove(machine, "v1/memory/pod/memory.memsw.limit_in_bytes");
    assert_false(read_memory(machine, "/pod/app").swap_known);
}

static void
v1_a_parent_without_hierarchy_does_not_count(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();

    (void)state;
    machine_set(machine, "pod", "memory.limit_in_bytes", "10\n");
    machine_set(machine, "pod", "memory.use_hierarchy", "0\n");
    assert_true(read_memory(machine, "/pod/app").limit == NONE);
    machine_remove(machine, "v1/memory/pod/memory.use_hierarchy");
    assert_true(read_memory(machine, "/pod/app").limit == 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_has_no_limit_and_says_so),
        cmocka_unit_test(a_controller_that_is_not_mounted_is_the_root),
        cmocka_unit_test(without_limits_there_is_room_without_end),
        cmocka_unit_test(the_tightest_limit_on_the_way_up_counts),
        cmocka_unit_test(the_least_room_need_not_be_where_the_least_limit_is),
        cmocka_unit_test(usage_above_the_limit_leaves_no_room),
        cmocka_unit_test(memory_high_is_a_limit_too),
        cmocka_unit_test(a_limit_of_nothing_is_a_limit),
        cmocka_unit_test(swap_has_limits_of_its_own),
        cmocka_unit_test(without_accounting_nothing_is_known_of_swap),
        cmocka_unit_test(every_key_of_memory_stat_is_exact),
        cmocka_unit_test(before_the_kernel_key_its_parts_are_added_up),
        cmocka_unit_test(where_the_controller_is_not_enabled_the_parent_counts),
        cmocka_unit_test(a_removed_cgroup_is_gone_and_not_its_parent),
        cmocka_unit_test(text_that_is_not_the_kernels_is_refused),
        cmocka_unit_test(a_file_without_end_is_an_error),
        cmocka_unit_test(v1_limits_of_any_page_size_are_none),
        cmocka_unit_test(v1_counts_on_the_way_up_as_v2_does),
        cmocka_unit_test(v1_stat_is_that_of_the_whole_subtree),
        cmocka_unit_test(v1_swap_is_what_memsw_allows_beyond_memory),
        cmocka_unit_test(v1_without_memsw_nothing_is_known_of_swap),
        cmocka_unit_test(v1_a_parent_without_hierarchy_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
