/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"
#include "fs/source/nodes.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

#include <string.h>

#define NODE "sys/devices/system/node/"

/* Nodes 0, 2 and 3 are online, 2 has no memory; the container app is below pod. */
static Machine *
machine_with_nodes(const char *mounts)
{
    Machine *machine = machine_new(mounts);

    machine_write(machine, NODE "online", "0,2-3\n");
    machine_write(machine, NODE "has_memory", "0,3\n");
    machine_write(machine, NODE "node0/cpulist", "0-3\n");
    machine_write(machine, NODE "node3/cpulist", "4-5\n");
    machine_write(machine, NODE "node0/meminfo",
                  "Node 0 MemTotal:        2048 kB\nNode 0 MemFree:         1024 kB\n");
    machine_write(machine, NODE "node3/meminfo", "\nNode 3 MemTotal:        1024 kB\n");
    machine_cgroup_v2(machine, "pod");
    machine_cgroup_v2(machine, "pod/app");
    machine_cgroup_v1(machine, "pod");
    machine_cgroup_v1(machine, "pod/app");
    machine_boot(machine);
    return machine;
}

static CpuSet
mems_of(Machine *machine, const char *path)
{
    CgroupPaths paths = {.v1[CGROUP_CPUSET] = (char *)path, .unified = (char *)path};
    g_autoptr(GError) error = NULL;
    CpuSet mems;

    (void)cgroup_read_cpuset(&(Cgroups){&machine->tree.layout, &paths}, CGROUP_CPUSET_MEMS, &mems,
                             &error);
    g_assert_no_error(error);
    return mems;
}

static void
lists(const CpuSet *set, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);

    cpuset_print(set, text);
    assert_string_equal(text->str, expected);
}

static void
v2_mems_are_the_effective_ones_of_the_nearest_cpuset(void **state)
{
    g_autoptr(Machine) machine = machine_with_nodes(MACHINE_V2);
    CpuSet mems;

    (void)state;
    machine_set(machine, "pod", "cpuset.mems.effective", "3\n");
    mems = mems_of(machine, "/pod/app");
    lists(&mems, "3");
}

static void
v1_mems_are_the_effective_ones(void **state)
{
    g_autoptr(Machine) machine = machine_with_nodes(MACHINE_V1);
    CpuSet mems;

    (void)state;
    machine_write(machine, "v1/cpuset/pod/app/cpuset.mems", "0,3\n");
    machine_write(machine, "v1/cpuset/pod/app/cpuset.effective_mems", "0\n");
    mems = mems_of(machine, "/pod/app");
    lists(&mems, "0");
}

static void
without_a_cpuset_nothing_is_said(void **state)
{
    g_autoptr(Machine) machine = machine_with_nodes(MACHINE_V2);
    CpuSet mems = mems_of(machine, "/");

    (void)state;
    lists(&mems, "");
}

static void
reads(Machine *machine, const char *mems, MemoryNodes *ret)
{
    g_autoptr(GError) error = NULL;
    CpuSet set;

    assert_true(cpuset_parse(mems, strlen(mems), &set, NULL));
    (void)memory_nodes_read(machine->tree.root_fd, &set, ret, &error);
    g_assert_no_error(error);
}

static void
allowed_nodes_are_read_in_their_order(void **state)
{
    g_autoptr(Machine) machine = machine_with_nodes(MACHINE_V2);
    g_auto(MemoryNodes) nodes = {0};

    (void)state;
    reads(machine, "0,3", &nodes);
    assert_int_equal(nodes.n, 2);
    assert_true(nodes.nodes[0].total == 2048 * 1024 && nodes.nodes[1].total == 1024 * 1024);
    lists(&nodes.nodes[1].cpus, "4-5");
    lists(&nodes.online, "0,2-3");
}

static void
other_nodes_are_not_looked_at(void **state)
{
    g_autoptr(Machine) machine = machine_with_nodes(MACHINE_V2);
    g_auto(MemoryNodes) nodes = {0};

    (void)state;
    machine_remove(machine, NODE "node0");
    reads(machine, "3", &nodes);
    assert_int_equal(nodes.n, 1);
    assert_true(nodes.nodes[0].total == 1024 * 1024);
}

static void
a_cpuset_without_any_node_that_has_memory_does_not_count(void **state)
{
    g_autoptr(Machine) machine = machine_with_nodes(MACHINE_V2);
    g_auto(MemoryNodes) none = {0}, memoryless = {0};

    (void)state;
    reads(machine, "", &none);
    lists(&none.allowed, "0,3");
    reads(machine, "2", &memoryless);
    lists(&memoryless.allowed, "0,3");
}

static void
an_older_kernel_has_no_list_of_nodes_with_memory(void **state)
{
    g_autoptr(Machine) machine = machine_with_nodes(MACHINE_V2);
    g_auto(MemoryNodes) nodes = {0};

    (void)state;
    machine_remove(machine, NODE "has_memory");
    machine_write(machine, NODE "online", "0,3\n");
    reads(machine, "0-3", &nodes);
    lists(&nodes.allowed, "0,3");
}

static void
a_kernel_without_numa_has_no_nodes(void **state)
{
    g_autoptr(Machine) machine = machine_with_nodes(MACHINE_V2);
    g_auto(MemoryNodes) nodes = {0};

    (void)state;
    machine_remove(machine, "sys/devices/system/node");
    reads(machine, "0", &nodes);
    assert_int_equal(nodes.n, 0);
}

static void
garbage_is_refused(void **state)
{
    static const char *const texts[] = {"", "Node 0\n", "MemTotal: 1 kB\n",
                                        "Node 0 MemTotal: -1 kB\n", "Node 0 MemTotal:\n"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        const HostText text = {(char *)texts[i], strlen(texts[i])}; /* only read */
        g_autoptr(GError) error = NULL;
        uint64_t total;

        assert_false(memory_node_parse_total(&text, &total, &error));
        assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v2_mems_are_the_effective_ones_of_the_nearest_cpuset),
        cmocka_unit_test(v1_mems_are_the_effective_ones),
        cmocka_unit_test(without_a_cpuset_nothing_is_said),
        cmocka_unit_test(allowed_nodes_are_read_in_their_order),
        cmocka_unit_test(other_nodes_are_not_looked_at),
        cmocka_unit_test(a_cpuset_without_any_node_that_has_memory_does_not_count),
        cmocka_unit_test(an_older_kernel_has_no_list_of_nodes_with_memory),
        cmocka_unit_test(a_kernel_without_numa_has_no_nodes),
        cmocka_unit_test(garbage_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
