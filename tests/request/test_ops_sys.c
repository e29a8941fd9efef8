/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Directories in which each container finds something else: sys/devices/system/{cpu,node}. */

#include "tests/request/opened.h"
#include "tests/unit/cmocka.h"

#include <errno.h>

#define CPU "sys/devices/system/cpu"
#define NODE "sys/devices/system/node"

/* Of the host's four CPUs a is shown the second, b the second to fourth; a's memory is on node 1,
 * b's on both. */
static void
add_cpu(const Machine *machine, unsigned cpu)
{
    static const char *const files[] = {"topology/core_id", "topology/core_cpus_list",
                                        "cache/index0/size", "cache/index3/size"};

    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_strdup_printf(CPU "/cpu%u/%s", cpu, files[i]);

        machine_write(machine, path, "%uK\n", 100 * i + cpu);
    }
}

static void
add_node(const Machine *machine, unsigned node)
{
    g_autofree char *cpulist = g_strdup_printf(NODE "/node%u/cpulist", node);
    g_autofree char *meminfo = g_strdup_printf(NODE "/node%u/meminfo", node);

    machine_write(machine, cpulist, "%u-%u\n", 2 * node, 2 * node + 1);
    machine_write(machine, meminfo, "Node %u MemTotal:        1024 kB\n", node);
}

static int
connect_kernel(void **state)
{
    Kernel *kernel = kernel_new();
    const Machine *machine = kernel->machine;

    machine_write(machine, "proc/stat",
                  "cpu  1 1 1 1\ncpu0 1 1 1 1\ncpu1 1 1 1 1\ncpu2 1 1 1 1\ncpu3 1 1 1 1\n"
                  "btime 1700000000\n");
    machine_write(machine, "sys/fs/cgroup/a/cpuset.cpus.effective", "1-3\n");
    machine_write(machine, "sys/fs/cgroup/b/cpuset.cpus.effective", "1-3\n");
    machine_write(machine, "sys/fs/cgroup/b/cpu.max", "max 100000\n");
    machine_write(machine, "sys/fs/cgroup/a/cpuset.mems.effective", "1\n");
    machine_write(machine, "sys/fs/cgroup/b/cpuset.mems.effective", "0-1\n");
    for (unsigned cpu = 0; cpu < 4; cpu++)
        add_cpu(machine, cpu);
    machine_write(machine, CPU "/kernel_max", "8191\n");
    machine_write(machine, NODE "/online", "0-1\n");
    machine_write(machine, NODE "/has_memory", "0-1\n");
    add_node(machine, 0);
    add_node(machine, 1);
    *state = kernel;
    return 0;
}

static int
disconnect_kernel(void **state)
{
    kernel_free(*state);
    return 0;
}

static void
lists(Kernel *kernel, pid_t pid, const char *path, const char *expected)
{
    g_autofree char *names = names_in(kernel, pid, node_of(kernel, PID_HOST, path), 4096);

    assert_string_equal(names, expected);
}

static void
says(Kernel *kernel, pid_t pid, const char *path, const char *expected)
{
    const KernelRead read = opened(kernel, pid, pid, path);
    g_autofree char *text = text_of(kernel, &read);

    assert_string_equal(text, expected);
}

static void
each_container_lists_the_cpus_it_is_shown(void **state)
{
    lists(*state, PID_A, CPU, ". .. cpu0 kernel_max online possible present ");
    lists(*state, PID_B, CPU, ". .. cpu0 cpu1 cpu2 kernel_max online possible present ");
}

static void
the_host_lists_what_the_kernel_has(void **state)
{
    lists(*state, PID_HOST, CPU, ". .. cpu0 cpu1 cpu2 cpu3 kernel_max online possible present ");
    lists(*state, PID_HOST, CPU "/cpu3", ". .. cache topology ");
}

static void
each_container_finds_the_cpus_it_is_shown(void **state)
{
    assert_true(is_found(*state, PID_A, CPU "/cpu0/online"));
    assert_false(is_found(*state, PID_A, CPU "/cpu1"));
    assert_true(is_found(*state, PID_B, CPU "/cpu2/topology/core_id"));
    assert_false(is_found(*state, PID_B, CPU "/cpu3"));
}

static void
a_change_of_the_quota_is_seen_at_once(void **state)
{
    Kernel *kernel = *state;

    machine_write(kernel->machine, "sys/fs/cgroup/b/cpu.max", "150000 100000\n");
    lists(kernel, PID_B, CPU, ". .. cpu0 cpu1 kernel_max online possible present ");
    assert_false(is_found(kernel, PID_B, CPU "/cpu2"));
}

static void
each_container_has_the_memory_nodes_it_may_use(void **state)
{
    lists(*state, PID_A, NODE, ". .. node0 has_memory online ");
    lists(*state, PID_B, NODE, ". .. node0 node1 has_memory online ");
    says(*state, PID_A, NODE "/node0/cpulist", "0\n");
    says(*state, PID_B, NODE "/node1/cpulist", "1-2\n");
    says(*state, PID_A, NODE "/node0/meminfo", "Node 0 MemTotal:         262144 kB\n");
    says(*state, PID_B, NODE "/node1/meminfo", "Node 1 MemTotal:         262144 kB\n");
}

static void
what_the_kernel_tells_of_a_cpu_is_of_the_one_behind_it(void **state)
{
    says(*state, PID_A, CPU "/cpu0/cache/index3/size", "301K\n");
    says(*state, PID_B, CPU "/cpu2/cache/index0/size", "203K\n");
    says(*state, PID_HOST, CPU "/cpu0/cache/index0/size", "200K\n");
    says(*state, PID_B, CPU "/cpu2/topology/core_id", "2\n");
}

static void
caches_are_those_that_the_kernel_has(void **state)
{
    lists(*state, PID_A, CPU "/cpu0/cache", ". .. index0 index3 ");
    assert_false(is_found(*state, PID_A, CPU "/cpu0/cache/index1"));
}

static void
what_the_kernel_does_not_have_is_not_there(void **state)
{
    Kernel *kernel = *state;

    lists(kernel, PID_B, CPU "/cpu0/topology", ". .. core_cpus_list core_id ");
    assert_false(is_found(kernel, PID_B, CPU "/cpu0/cpufreq"));
    assert_false(is_found(kernel, PID_B, CPU "/vulnerabilities"));
    machine_remove(kernel->machine, NODE);
    assert_false(is_found(kernel, PID_B, NODE));
}

static void
a_file_of_a_cpu_that_the_reader_is_not_shown_is_stale(void **state)
{
    const KernelRead read = opened(*state, PID_B, PID_A, CPU "/cpu2/online");

    assert_int_equal(error_of(*state, &read), -ESTALE);
}

static void
nobody_knows_how_many_cpus_a_stranger_has(void **state)
{
    lists(*state, 0, CPU, ". .. kernel_max online possible present ");
    assert_false(is_found(*state, 0, CPU "/cpu0"));
    assert_true(is_found(*state, 0, CPU "/kernel_max"));
}

static void
a_listing_is_whole_however_small_the_pieces(void **state)
{
    uint64_t cpus = node_of(*state, PID_HOST, CPU);
    g_autofree char *at_once = names_in(*state, PID_B, cpus, 4096);
    g_autofree char *in_pieces = names_in(*state, PID_B, cpus, 40);

    assert_string_equal(in_pieces, at_once);
}

static void
a_directory_of_a_cpu_is_looked_up_again_each_time_and_is_the_same_node(void **state)
{
    struct fuse_entry_out a, b;

    assert_int_equal(kernel_walk(*state, PID_A, CPU "/cpu0", &a), 0);
    assert_int_equal(kernel_walk(*state, PID_B, CPU "/cpu0", &b), 0);
    assert_true(a.nodeid == b.nodeid);
    assert_true(a.entry_valid == 0 && a.entry_valid_nsec == 0);
    assert_int_equal(kernel_walk(*state, PID_A, CPU, &a), 0);
    assert_true(a.entry_valid > 0);
    assert_int_equal(a.attr.nlink, 1); /* directories in it are not counted */
}

/* What one container lists must not be kept for another. */
static void
a_listing_is_not_cached(void **state)
{
    const struct fuse_open_in in = {0};
    g_autoptr(GBytes) body = g_bytes_new(&in, sizeof in);
    struct fuse_entry_out entry;
    struct fuse_open_out out;

    assert_int_equal(kernel_walk(*state, PID_A, CPU, &entry), 0);
    assert_true(kernel_ask(*state, FUSE_OPENDIR, PID_A, entry.nodeid, body, &out, sizeof out) > 0);
    assert_false(out.open_flags & FOPEN_CACHE_DIR);
}

static void
sysfs_says_that_each_file_has_a_page(void **state)
{
    struct fuse_entry_out entry;

    assert_int_equal(kernel_walk(*state, PID_A, CPU "/cpu0/topology/core_id", &entry), 0);
    assert_int_equal(entry.attr.size, 4096);
    assert_true(entry.attr.ino <= UINT32_MAX);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, connect_kernel, disconnect_kernel)
    const struct CMUnitTest tests[] = {
        TEST(each_container_lists_the_cpus_it_is_shown),
        TEST(the_host_lists_what_the_kernel_has),
        TEST(each_container_finds_the_cpus_it_is_shown),
        TEST(a_change_of_the_quota_is_seen_at_once),
        TEST(each_container_has_the_memory_nodes_it_may_use),
        TEST(what_the_kernel_tells_of_a_cpu_is_of_the_one_behind_it),
        TEST(caches_are_those_that_the_kernel_has),
        TEST(what_the_kernel_does_not_have_is_not_there),
        TEST(a_file_of_a_cpu_that_the_reader_is_not_shown_is_stale),
        TEST(nobody_knows_how_many_cpus_a_stranger_has),
        TEST(a_listing_is_whole_however_small_the_pieces),
        TEST(a_directory_of_a_cpu_is_looked_up_again_each_time_and_is_the_same_node),
        TEST(a_listing_is_not_cached),
        TEST(sysfs_says_that_each_file_has_a_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
