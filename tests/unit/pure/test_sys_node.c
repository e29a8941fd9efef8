/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/proc/sys_files.h"
#include "fs/view/node_view.h"
#include "tests/unit/pure/rendering.h"

/* A host with four nodes of four CPUs each, node 2 offline, of which the container may use 1 and 3.
 * Node 1 has a third of the memory of both. */
typedef struct {
    MemoryNode nodes[2];
    Snapshot snapshot;
} Host;

static void
host_init(Host *host, const char *own)
{
    *host = (Host){
        .nodes = {{cpus("4-7"), 1 * GIB}, {cpus("12-15"), 2 * GIB}},
        .snapshot = {.nodes = {cpus("0-1,3"), cpus("1,3"), NULL, 2},
                     .own_text = host_text(own),
                     .host_memory = {.total = 8 * GIB, .free = 8 * GIB, .available = 8 * GIB},
                     .memory = {.limit = 300 * MIB,
                                .usage = 60 * MIB,
                                .room = 240 * MIB,
                                .anon = 30 * MIB,
                                .file = 30 * MIB}},
    };
    host->snapshot.nodes.nodes = host->nodes;
}

static void
says(void (*render)(const View *view, GString *out), const char *list, unsigned number,
     const char *own, const char *expected)
{
    Host host;
    View view = {.snapshot = &host.snapshot, .cpus = cpus(list), .number = number};

    host_init(&host, own);
    renders(render, &view, expected);
}

static void
nodes_are_renumbered_from_zero(void **state)
{
    (void)state;
    says(sys_node_list_render, "0-15", 0, "0-1,3\n", "0-1\n");
}

static void
a_node_has_the_shown_cpus_that_are_its_own(void **state)
{
    (void)state;
    says(sys_node_cpulist_render, "5-6,12,14", 0, "", "0-1\n");
    says(sys_node_cpulist_render, "5-6,12,14", 1, "", "2-3\n");
    says(sys_node_cpumap_render, "5-6,12,14", 1, "", "c\n");
}

static void
cpus_of_nodes_that_are_not_shown_are_the_first_nodes(void **state)
{
    (void)state;
    says(sys_node_cpulist_render, "0,4,12", 0, "", "0-1\n");
    says(sys_node_cpulist_render, "0,4,12", 1, "", "2\n");
    says(sys_node_cpulist_render, "0", 0, "", "0\n");
}

static void
a_node_without_shown_cpus_has_none(void **state)
{
    (void)state;
    says(sys_node_cpulist_render, "4", 1, "", "\n");
    says(sys_node_cpumap_render, "4", 1, "", "0\n");
    says(sys_node_has_cpu_render, "4", 0, "", "0\n");
    says(sys_node_has_cpu_render, "12", 0, "", "1\n");
    says(sys_node_has_cpu_render, "4,12", 0, "", "0-1\n");
}

static void
distances_to_nodes_that_are_not_shown_are_left_out(void **state)
{
    (void)state;
    says(sys_node_distance_render, "4", 0, "21 10 31\n", "10 31\n");
    says(sys_node_distance_render, "4", 0, "21\n", "\n");
    says(sys_node_distance_render, "4", 0, "", "\n");
}

static void
a_node_has_its_part_of_the_memory(void **state)
{
    (void)state;
    says(sys_node_meminfo_render, "4", 0,
         "Node 1 MemTotal:        1048576 kB\nNode 1 MemFree:         1048576 kB\n"
         "Node 1 MemUsed:               0 kB\n",
         "Node 0 MemTotal:         102400 kB\nNode 0 MemFree:           81920 kB\n"
         "Node 0 MemUsed:           20480 kB\n");
    says(sys_node_meminfo_render, "4", 1,
         "Node 3 MemTotal:        2097152 kB\nNode 3 FilePages:         99999 kB\n",
         "Node 1 MemTotal:         204800 kB\nNode 1 FilePages:         20480 kB\n");
}

static void
lines_of_pools_and_of_newer_kernels_are_zero(void **state)
{
    (void)state;
    says(sys_node_meminfo_render, "4", 0,
         "Node 1 Mlocked:           21932 kB\nNode 1 Balloon:              12 kB\n"
         "Node 1 HugePages_Total:     7\nNode 1 HugePages_Free:      3\nNode 1 Fun: 12345678 MB\n",
         "Node 0 Mlocked:               0 kB\nNode 0 Balloon:               0 kB\n"
         "Node 0 HugePages_Total:     0\nNode 0 HugePages_Free:      0\n"
         "Node 0 Fun:                   0 MB\n");
}

static void
lines_that_are_none_are_left_out(void **state)
{
    (void)state;
    says(sys_node_meminfo_render, "4", 0, "\nNode 1\nNode 1 MemTotal:\n", "");
}

static void
events_are_not_counted(void **state)
{
    (void)state;
    says(sys_node_numastat_render, "4", 0, "numa_hit 41419889\nnuma_miss 3\n",
         "numa_hit 0\nnuma_miss 0\n");
}

static void
one_node_has_all_to_the_byte(void **state)
{
    const MemoryView whole = {.total = 1000003, .free = 7};
    MemoryNode node = {.total = 3};
    const MemoryNodes nodes = {.nodes = &node, .n = 1};
    MemoryView part = node_view_memory(&nodes, &whole, 0);

    (void)state;
    assert_memory_equal(&part, &whole, sizeof part);
}

static void
nodes_without_any_memory_do_not_divide_by_zero(void **state)
{
    const MemoryView whole = {.total = 1000003};
    MemoryNode two[2] = {0};
    const MemoryNodes nodes = {.nodes = two, .n = 2};

    (void)state;
    assert_true(node_view_memory(&nodes, &whole, 1).total == whole.total);
}

static void
parts_are_no_more_than_the_whole(void **state)
{
    const MemoryView whole = {.total = UINT64_MAX, .free = UINT64_MAX - 1, .anon_pages = 2};
    MemoryNode three[3] = {{.total = 1}, {.total = 1}, {.total = 1}};
    const MemoryNodes nodes = {.nodes = three, .n = 3};
    MemoryView part = node_view_memory(&nodes, &whole, 2);

    (void)state;
    assert_true(part.total == UINT64_MAX / 3);
    assert_true(part.free <= part.total);
    assert_true(part.anon_pages == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_renumbered_from_zero),
        cmocka_unit_test(a_node_has_the_shown_cpus_that_are_its_own),
        cmocka_unit_test(cpus_of_nodes_that_are_not_shown_are_the_first_nodes),
        cmocka_unit_test(a_node_without_shown_cpus_has_none),
        cmocka_unit_test(distances_to_nodes_that_are_not_shown_are_left_out),
        cmocka_unit_test(a_node_has_its_part_of_the_memory),
        cmocka_unit_test(lines_of_pools_and_of_newer_kernels_are_zero),
        cmocka_unit_test(lines_that_are_none_are_left_out),
        cmocka_unit_test(events_are_not_counted),
        cmocka_unit_test(one_node_has_all_to_the_byte),
        cmocka_unit_test(nodes_without_any_memory_do_not_divide_by_zero),
        cmocka_unit_test(parts_are_no_more_than_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
