/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Disks, events, huge pages, stalls and slabs of a container. */

#include "common/error.h"
#include "fs/source/cgroup_texts.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

#include <string.h>

#define NONE CGROUP_NO_LIMIT
#define MIB (UINT64_C(1) << 20)
#define SIZE (2 * MIB)

#define V1                                                                                         \
    MACHINE_V1                                                                                     \
    "36 31 0:33 / /v1/blkio rw - cgroup cgroup rw,blkio\n"                                         \
    "37 31 0:34 / /v1/hugetlb rw - cgroup cgroup rw,hugetlb\n"
#define THROTTLE "v1/blkio/app/blkio.throttle."
#define BFQ "v1/blkio/app/blkio.bfq."

/* /pod/app */
static Machine *
v2_machine(void)
{
    Machine *machine = machine_new(MACHINE_V2);

    machine_write(machine, "cg/cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
    machine_cgroup_v2(machine, "pod");
    machine_cgroup_v2(machine, "pod/app");
    machine_boot(machine);
    return machine;
}

/* /app */
static Machine *
v1_machine(void)
{
    Machine *machine = machine_new(V1);

    machine_cgroup_v1(machine, "app");
    machine_write(machine, "v1/blkio/app/cgroup.procs", "");
    machine_write(machine, "v1/hugetlb/app/cgroup.procs", "");
    machine_boot(machine);
    return machine;
}

static CgroupPaths
everywhere(const char *path)
{
    CgroupPaths paths = {.unified = (char *)path};

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        paths.v1[i] = (char *)path;
    return paths;
}

static CgroupIo
io_of(const Machine *machine, const char *path)
{
    CgroupPaths paths = everywhere(path);
    g_autoptr(GError) error = NULL;
    CgroupIo io = {0};

    (void)cgroup_read_io(&(Cgroups){&machine->tree.layout, &paths}, &io, &error);
    g_assert_no_error(error);
    return io;
}

static CgroupEventCounts
events_of(const Machine *machine, const char *path)
{
    CgroupPaths paths = everywhere(path);
    g_autoptr(GError) error = NULL;
    CgroupEvents events = {0};

    (void)cgroup_read_events(&(Cgroups){&machine->tree.layout, &paths}, &events, &error);
    g_assert_no_error(error);
    return events.counts;
}

static CgroupHugetlb
hugetlb_of(const Machine *machine, const char *path)
{
    CgroupPaths paths = everywhere(path);
    g_autoptr(GError) error = NULL;
    CgroupHugetlb hugetlb = {0};

    (void)cgroup_read_hugetlb(&(Cgroups){&machine->tree.layout, &paths}, SIZE, &hugetlb, &error);
    g_assert_no_error(error);
    return hugetlb;
}

static void
every_disk_of_io_stat_is_told(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    g_auto(CgroupIo) io = {0};

    (void)state;
    machine_set(machine, "pod/app", "io.stat",
                "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6 cost.wait=7\n"
                "253:0 254:16 rbytes=8 new=9\n");
    io = io_of(machine, "/pod/app");
    assert_int_equal(io.n, 3);
    assert_memory_equal(&io.disks[0], (&(CgroupDisk){8, 0, 1, 2, 3, 4, 5, 6}), sizeof(CgroupDisk));
    assert_memory_equal(&io.disks[1], (&(CgroupDisk){253, 0}), sizeof(CgroupDisk));
    assert_memory_equal(&io.disks[2], (&(CgroupDisk){254, 16, 8}), sizeof(CgroupDisk));
    assert_int_not_equal(io.id, 0);
}

static void
where_io_is_not_enabled_the_parent_counts(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    g_auto(CgroupIo) io = {0};

    (void)state;
    machine_set(machine, "pod", "io.stat", "8:0 rbytes=1\n");
    io = io_of(machine, "/pod/app");
    assert_int_equal(io.n, 1);
}

static void
a_container_in_the_root_has_no_disks(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    g_auto(CgroupIo) io = {0};

    (void)state;
    machine_write(machine, "cg/io.stat", "8:0 rbytes=1\n");
    io = io_of(machine, "/");
    assert_int_equal(io.n, 0);
    assert_int_equal(io.id, 0);
}

static void
v1_disks_are_what_throttle_or_bfq_counts_more_of(void **state)
{
    g_autoptr(Machine) machine = v1_machine();
    g_auto(CgroupIo) io = {0};

    (void)state;
    machine_write(machine, THROTTLE "io_service_bytes_recursive",
                  "8:0 Read 100\n8:0 Write 20\n8:0 Sync 120\n8:0 Discard 7\n8:0 Total 127\n"
                  "Total 127\n");
    machine_write(machine, THROTTLE "io_serviced_recursive", "8:0 Read 3\n8:0 Write 2\nTotal 5\n");
    machine_write(machine, BFQ "io_service_bytes_recursive",
                  "8:0 Read 90\n8:0 Write 30\n8:16 Read 5\n");
    io = io_of(machine, "/app");
    assert_int_equal(io.n, 2);
    assert_memory_equal(&io.disks[0], (&(CgroupDisk){8, 0, 100, 30, 3, 2, 7}), sizeof(CgroupDisk));
    assert_memory_equal(&io.disks[1], (&(CgroupDisk){8, 16, 5}), sizeof(CgroupDisk));
}

static void
v1_without_any_file_has_no_disks(void **state)
{
    g_autoptr(Machine) machine = v1_machine();
    g_auto(CgroupIo) io = io_of(machine, "/app");

    (void)state;
    assert_int_equal(io.n, 0);
}

static void
a_count_that_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = {"8:0 rbytes=lots\n", "8:0 wios=-1\n", "8:0 rios=\n",
                                        "8:0 rbytes=18446744073709551616\n"};
    g_autoptr(Machine) machine = v2_machine();
    CgroupPaths paths = everywhere("/pod/app");

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        CgroupIo io = {.n = 77};

        machine_set(machine, "pod/app", "io.stat", texts[i]);
        assert_false(cgroup_read_io(&(Cgroups){&machine->tree.layout, &paths}, &io, &error));
        assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
        assert_int_equal(io.n, 77);
    }
}

static void
what_is_no_device_is_passed_over(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    g_auto(CgroupIo) io = {0};

    (void)state;
    machine_set(machine, "pod/app", "io.stat",
                "(unknown) rbytes=1\n8 rbytes=1\n8:0:1 rbytes=1\n:0 rbytes=1\n"
                "99999999999:0 rbytes=1\nrbytes=1\n\n8:0\n");
    io = io_of(machine, "/pod/app");
    assert_int_equal(io.n, 1);
    assert_int_equal(io.disks[0].read_bytes, 0);
}

static void
v2_events_have_the_names_of_vmstat(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    CgroupEventCounts events;

    (void)state;
    machine_set(machine, "pod/app", "memory.stat",
                "anon 1\nfile 2\npgfault 10\npgmajfault 3\npgscan 77\nworkingset_refault_file 4\n"
                "thp_fault_alloc 5\n");
    machine_set(machine, "pod/app", "memory.events", "oom 9\noom_kill 6\noom_group_kill 8\n");
    events = events_of(machine, "/pod/app");
    assert_int_equal(events.pgfault, 10);
    assert_int_equal(events.pgmajfault, 3);
    assert_int_equal(events.workingset_refault_file, 4);
    assert_int_equal(events.thp_fault_alloc, 5);
    assert_int_equal(events.oom_kill, 6);
    assert_int_equal(events.pgscan_direct, 0);
}

static void
v1_events_are_the_totals_of_faults(void **state)
{
    g_autoptr(Machine) machine = v1_machine();
    CgroupEventCounts events;

    (void)state;
    machine_set(machine, "app", "memory.stat",
                "pgfault 1\ntotal_pgfault 10\ntotal_pgmajfault 3\ntotal_pgpgin 99\npgpgin 99\n");
    machine_set(machine, "app", "memory.oom_control",
                "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    events = events_of(machine, "/app");
    assert_int_equal(events.pgfault, 10);
    assert_int_equal(events.pgmajfault, 3);
    assert_int_equal(events.oom_kill, 2);
}

/* As a kernel of the year 2040 may have it. */
static void
ten_thousand_lines_of_memory_stat_are_read(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    g_autoptr(GString) stat = g_string_new("anon 1\nfile 2\n");

    (void)state;
    for (int i = 0; i < 10000; i++)
        g_string_append_printf(stat, "counter_of_a_newer_kernel_%d %d\n", i, i);
    g_string_append(stat, "pgfault 4711\n");
    machine_set(machine, "pod/app", "memory.stat", stat->str);
    assert_int_equal(events_of(machine, "/pod/app").pgfault, 4711);
}

static void
the_tightest_limit_of_huge_pages_on_the_way_up_counts(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    CgroupHugetlb hugetlb;

    (void)state;
    machine_set(machine, "pod/app", "hugetlb.2MB.max", "max\n");
    machine_set(machine, "pod/app", "hugetlb.2MB.current", "2097152\n");
    machine_set(machine, "pod/app", "hugetlb.2MB.rsvd.max", "20971520\n");
    machine_set(machine, "pod/app", "hugetlb.2MB.rsvd.current", "6291456\n");
    machine_set(machine, "pod", "hugetlb.2MB.max", "16777216\n");
    machine_set(machine, "pod", "hugetlb.2MB.current", "12582912\n");
    machine_set(machine, "pod", "hugetlb.2MB.rsvd.current", "20971520\n");
    hugetlb = hugetlb_of(machine, "/pod/app");
    assert_int_equal(hugetlb.limit, 16 * MIB);
    assert_int_equal(hugetlb.room, 4 * MIB);
    assert_true(hugetlb.known);
    assert_int_equal(hugetlb.reserved, 4 * MIB);
}

static void
v1_limits_of_huge_pages_may_be_none(void **state)
{
    g_autoptr(Machine) machine = v1_machine();
    CgroupHugetlb hugetlb;

    (void)state;
    machine_write(machine, "v1/hugetlb/app/hugetlb.2MB.limit_in_bytes", "9223372036852678656\n");
    machine_write(machine, "v1/hugetlb/app/hugetlb.2MB.usage_in_bytes", "2097152\n");
    hugetlb = hugetlb_of(machine, "/app");
    assert_true(hugetlb.limit == NONE && hugetlb.room == NONE);
    assert_false(hugetlb.known); /* it does not know reservations */
    machine_write(machine, "v1/hugetlb/app/hugetlb.2MB.limit_in_bytes", "4194304\n");
    hugetlb = hugetlb_of(machine, "/app");
    assert_int_equal(hugetlb.limit, 4 * MIB);
    assert_int_equal(hugetlb.room, 2 * MIB);
}

static void
sizes_are_named_as_the_kernel_names_them(void **state)
{
    static const struct {
        uint64_t size;
        const char *name;
    } sizes[] = {{64 << 10, "64KB"},   {MIB, "1MB"},       {2 * MIB, "2MB"},
                 {512 * MIB, "512MB"}, {MIB << 10, "1GB"}, {MIB << 14, "16GB"}};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *name = cgroup_hugetlb_size_name(sizes[i].size);

        assert_string_equal(name, sizes[i].name);
    }
}

static void
stalls_are_of_the_nearest_cgroup_that_counts(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    CgroupPaths paths = everywhere("/pod/app");
    g_auto(HostText) own = {0}, parents = {0}, nobodys = {0};

    (void)state;
    machine_set(machine, "pod/app", "cpu.pressure", "some own\n");
    machine_set(machine, "pod", "cpu.pressure", "some pod\n");
    machine_set(machine, "pod", "io.pressure", "some pod\n");
    assert_true(cgroup_read_pressure(&(Cgroups){&machine->tree.layout, &paths}, "cpu.pressure",
                                     &own, NULL));
    assert_true(cgroup_read_pressure(&(Cgroups){&machine->tree.layout, &paths}, "io.pressure",
                                     &parents, NULL));
    assert_true(cgroup_read_pressure(&(Cgroups){&machine->tree.layout, &paths}, "irq.pressure",
                                     &nobodys, NULL));
    assert_string_equal(own.text, "some own\n");
    assert_string_equal(parents.text, "some pod\n");
    assert_null(nobodys.text);
}

static void
the_roots_stalls_are_nobodys(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    CgroupPaths paths = everywhere("/");
    g_auto(HostText) text = {0};

    (void)state;
    machine_write(machine, "cg/cpu.pressure", "some host\n");
    assert_true(cgroup_read_pressure(&(Cgroups){&machine->tree.layout, &paths}, "cpu.pressure",
                                     &text, NULL));
    assert_null(text.text);
}

static void
stalls_of_a_removed_cgroup_are_gone(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    CgroupPaths paths = everywhere("/pod/removed");
    g_autoptr(GError) error = NULL;
    HostText text = {0};

    (void)state;
    assert_false(cgroup_read_pressure(&(Cgroups){&machine->tree.layout, &paths}, "cpu.pressure",
                                      &text, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
}

static void
slabs_are_told_by_old_kernels_only(void **state)
{
    g_autoptr(Machine) machine = v1_machine();
    CgroupPaths paths = everywhere("/app");
    g_auto(HostText) empty = {0}, full = {0};

    (void)state;
    machine_set(machine, "app", "memory.kmem.slabinfo", "");
    assert_true(cgroup_read_slabinfo(&(Cgroups){&machine->tree.layout, &paths}, &empty, NULL));
    assert_null(empty.text);
    machine_set(machine, "app", "memory.kmem.slabinfo", "slabinfo - version: 2.1\n");
    assert_true(cgroup_read_slabinfo(&(Cgroups){&machine->tree.layout, &paths}, &full, NULL));
    assert_string_equal(full.text, "slabinfo - version: 2.1\n");
}

/* 15 levels with names as long as a name can be, blanks and bytes above 127 among them: with the
 * root's, nearly the 4096 bytes that a path may have. */
static char *
long_path(void)
{
    GString *path = g_string_new(NULL);

    for (int level = 0; level < 15; level++) {
        g_string_append(path, "/caf\xc3\xa9 ");
        for (int i = 0; i < 248; i++)
            g_string_append_c(path, (char)('a' + i % 26));
    }
    return g_string_free(path, FALSE);
}

static void
the_longest_path_is_read_like_any(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    g_autofree char *path = long_path();
    g_auto(CgroupIo) io = {0};

    (void)state;
    assert_true(strlen(path) > 3800);
    machine_cgroup_v2(machine, path + 1);
    machine_set(machine, path + 1, "io.stat", "8:0 rbytes=5\n");
    machine_set(machine, path + 1, "memory.stat", "anon 1\nfile 2\npgfault 3\n");
    io = io_of(machine, path);
    assert_int_equal(io.n, 1);
    assert_int_equal(events_of(machine, path).pgfault, 3);
}

static void
a_path_that_is_too_long_is_an_error(void **state)
{
    g_autoptr(Machine) machine = v2_machine();
    g_autofree char *path = long_path(), *longer = g_strconcat(path, path, NULL);
    CgroupPaths paths = everywhere(longer);
    g_autoptr(GError) error = NULL;
    CgroupIo io;

    (void)state;
    assert_false(cgroup_read_io(&(Cgroups){&machine->tree.layout, &paths}, &io, &error));
    assert_int_equal(error->domain, READ_ERROR);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_disk_of_io_stat_is_told),
        cmocka_unit_test(where_io_is_not_enabled_the_parent_counts),
        cmocka_unit_test(a_container_in_the_root_has_no_disks),
        cmocka_unit_test(v1_disks_are_what_throttle_or_bfq_counts_more_of),
        cmocka_unit_test(v1_without_any_file_has_no_disks),
        cmocka_unit_test(a_count_that_is_no_number_is_refused),
        cmocka_unit_test(what_is_no_device_is_passed_over),
        cmocka_unit_test(v2_events_have_the_names_of_vmstat),
        cmocka_unit_test(v1_events_are_the_totals_of_faults),
        cmocka_unit_test(ten_thousand_lines_of_memory_stat_are_read),
        cmocka_unit_test(the_tightest_limit_of_huge_pages_on_the_way_up_counts),
        cmocka_unit_test(v1_limits_of_huge_pages_may_be_none),
        cmocka_unit_test(sizes_are_named_as_the_kernel_names_them),
        cmocka_unit_test(stalls_are_of_the_nearest_cgroup_that_counts),
        cmocka_unit_test(the_roots_stalls_are_nobodys),
        cmocka_unit_test(stalls_of_a_removed_cgroup_are_gone),
        cmocka_unit_test(slabs_are_told_by_old_kernels_only),
        cmocka_unit_test(the_longest_path_is_read_like_any),
        cmocka_unit_test(a_path_that_is_too_long_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
