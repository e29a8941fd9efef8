/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What happens when a source fails, what the configuration says of files, and the metrics. */

#include "fs/metrics.h"
#include "tests/request/kernel.h"
#include "tests/request/opened.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/file_of.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LATER (MACHINE_NOW + 3 * G_USEC_PER_SEC)
#define MEMORY_MAX "sys/fs/cgroup/a/memory.max"

typedef struct {
    Kernel *kernel;
    Policies *policies;
} Fixture;

static int
connect_kernel(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->kernel = kernel_new();
    fixture->policies = policies_new();
    fixture->kernel->machine->server.policies = fixture->policies;
    machine_keep_texts(fixture->kernel->machine);
    *state = fixture;
    return 0;
}

static int
disconnect_kernel(void **state)
{
    Fixture *fixture = *state;

    kernel_free(fixture->kernel);
    policies_free(fixture->policies);
    g_free(fixture);
    return 0;
}

static void
sets(Fixture *fixture, const char *pattern, const char *path, const char *value)
{
    assert_true(policy_set_file(policies_name(fixture->policies, pattern), path, value, NULL));
}

/* The text of @path for @pid, or NULL and -errno. */
static char *
read_path(Kernel *kernel, pid_t pid, const char *path, int *ret_error)
{
    KernelRead read = {.pid = pid, .node = node_of(kernel, pid, path), .size = 65536};
    struct fuse_open_out out;

    *ret_error = kernel_open(kernel, pid, read.node, O_RDONLY, &out);
    if (*ret_error != 0)
        return NULL;
    read.handle = out.fh;
    return kernel_read(kernel, &read, ret_error);
}

static void
reads(Fixture *fixture, pid_t pid, const char *path, const char *start)
{
    int error;
    g_autofree char *text = read_path(fixture->kernel, pid, path, &error);

    assert_int_equal(error, 0);
    if (!g_str_has_prefix(text, start))
        assert_string_equal(text, start);
}

static void
fails(Fixture *fixture, pid_t pid, const char *path, int wanted)
{
    int error;
    g_autofree char *text = read_path(fixture->kernel, pid, path, &error);

    assert_null(text);
    assert_int_equal(error, wanted);
}

#define TOTAL_A "MemTotal:         262144 kB\n"

static void
what_was_served_last_is_served_when_a_source_fails(void **state)
{
    Fixture *fixture = *state;
    uint64_t before = metrics_get(METRIC_SERVED_STALE);

    reads(fixture, PID_A, "proc/meminfo", TOTAL_A);
    machine_write(fixture->kernel->machine, MEMORY_MAX, "lots\n");
    reads(fixture, PID_A, "proc/meminfo", TOTAL_A);
    assert_int_equal(metrics_get(METRIC_SERVED_STALE), before + 1);
}

static void
after_a_second_it_is_an_error(void **state)
{
    Fixture *fixture = *state;

    reads(fixture, PID_A, "proc/meminfo", TOTAL_A);
    machine_write(fixture->kernel->machine, MEMORY_MAX, "lots\n");
    machine_set_now(LATER);
    fails(fixture, PID_A, "proc/meminfo", -EIO);
}

static void
another_container_is_not_served_it(void **state)
{
    Fixture *fixture = *state;

    reads(fixture, PID_A, "proc/meminfo", TOTAL_A);
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/b/memory.max", "lots\n");
    fails(fixture, PID_B, "proc/meminfo", -EIO);
}

static void
another_file_is_not_served_it(void **state)
{
    Fixture *fixture = *state;

    reads(fixture, PID_A, "proc/meminfo", TOTAL_A);
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/cpu.stat", "usage_usec -1\n");
    fails(fixture, PID_A, "proc/stat", -EIO);
}

static void
a_container_made_anew_under_the_same_name_is_not_served_it(void **state)
{
    Fixture *fixture = *state;
    const Machine *machine = fixture->kernel->machine;
    g_autofree char *cgroup = g_build_filename(machine->path, "sys/fs/cgroup/a", NULL);
    g_autofree char *moved = g_strconcat(cgroup, "-old", NULL);
    g_autofree char *other = g_build_filename(machine->path, "sys/fs/cgroup/b", NULL);

    reads(fixture, PID_A, "proc/meminfo", TOTAL_A);
    assert_int_equal(rename(cgroup, moved), 0);
    assert_int_equal(rename(other, cgroup), 0);
    machine_write(machine, MEMORY_MAX, "lots\n");
    fails(fixture, PID_A, "proc/meminfo", -EIO);
}

static void
a_container_that_was_removed_is_stale_all_the_same(void **state)
{
    Fixture *fixture = *state;

    reads(fixture, PID_A, "proc/meminfo", TOTAL_A);
    machine_remove(fixture->kernel->machine, "sys/fs/cgroup/a");
    fails(fixture, PID_A, "proc/meminfo", -ESTALE);
}

static void
a_hidden_file_is_not_found(void **state)
{
    Fixture *fixture = *state;
    struct fuse_entry_out entry;

    sets(fixture, "/a", "proc/uptime", "hide");
    assert_int_equal(kernel_walk(fixture->kernel, PID_A, "proc/uptime", &entry), -ENOENT);
    assert_int_equal(kernel_walk(fixture->kernel, PID_A, "proc/meminfo", &entry), 0);
    assert_int_equal(kernel_walk(fixture->kernel, PID_B, "proc/uptime", &entry), 0);
    assert_int_equal(kernel_walk(fixture->kernel, PID_HOST, "proc/uptime", &entry), 0);
}

static void
a_hidden_file_is_in_no_listing(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *names = NULL;

    sets(fixture, NULL, "proc/uptime", "hide");
    names = names_in(fixture->kernel, PID_HOST, node_of(fixture->kernel, 0, "proc"), 4096);
    assert_non_null(strstr(names, " meminfo "));
    assert_null(strstr(names, " uptime "));
}

/* The launcher binds what it finds, before the container is there. */
static void
a_hidden_file_cannot_be_opened_through_a_bind(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_HOST, "proc/uptime");
    struct fuse_open_out out;

    sets(fixture, "/a", "proc/uptime", "hide");
    assert_int_equal(kernel_open(fixture->kernel, PID_A, node, O_RDONLY, &out), -ENOENT);
    assert_int_equal(kernel_open(fixture->kernel, PID_B, node, O_RDONLY, &out), 0);
}

/* Somebody for whom it is there has opened it and handed it on. */
static void
a_hidden_file_cannot_be_read_through_an_open_file(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = {.pid = PID_A, .size = 4096};
    struct fuse_open_out out;
    g_autofree char *text = NULL;
    int error;

    read.node = node_of(fixture->kernel, PID_HOST, "proc/uptime");
    sets(fixture, "/a", "proc/uptime", "hide");
    assert_int_equal(kernel_open(fixture->kernel, PID_HOST, read.node, O_RDONLY, &out), 0);
    read.handle = out.fh;
    text = kernel_read(fixture->kernel, &read, &error);
    assert_null(text);
    assert_int_equal(error, -ESTALE);
}

static void
a_zero_file_has_its_lines_and_no_numbers(void **state)
{
    Fixture *fixture = *state;

    sets(fixture, NULL, "proc/meminfo", "zero");
    reads(fixture, PID_A, "proc/meminfo",
          "MemTotal:              0 kB\nMemFree:               0 kB\n");
    reads(fixture, PID_HOST, "proc/meminfo", "MemTotal:        8388608 kB\n");
}

static void
a_host_file_is_the_kernels_own(void **state)
{
    Fixture *fixture = *state;
    uint64_t before = metrics_get(METRIC_SERVED_HOST);

    sets(fixture, "/a", "proc/meminfo", "host");
    reads(fixture, PID_A, "proc/meminfo", "MemTotal:        8388608 kB\n");
    reads(fixture, PID_B, "proc/meminfo", "MemTotal:         524288 kB\n");
    assert_true(metrics_get(METRIC_SERVED_HOST) > before);
}

static void
a_container_may_count_its_cpus_in_its_own_way(void **state)
{
    Fixture *fixture = *state;

    assert_true(policy_set_cpu_policy(policies_name(fixture->policies, "/a"), "cpuset", NULL));
    reads(fixture, PID_A, "sys/devices/system/cpu/online", "0-1\n");
    reads(fixture, PID_B, "sys/devices/system/cpu/online", "0\n");
}

static void
root_of_the_host_reads_the_metrics(void **state)
{
    Fixture *fixture = *state;
    struct fuse_attr attr;

    reads(fixture, PID_HOST, "metrics", "# HELP ownproc_build_info ");
    assert_int_equal(kernel_getattr(fixture->kernel, PID_HOST,
                                    node_of(fixture->kernel, PID_HOST, "metrics"), &attr),
                     0);
    assert_int_equal(attr.mode, S_IFREG | 0400);
}

static void
a_service_of_the_host_reads_the_metrics(void **state)
{
    reads(*state, PID_A, "metrics", "# HELP ownproc_build_info ");
}

static void
a_user_may_not_open_the_metrics(void **state)
{
    Fixture *fixture = *state;
    struct fuse_open_out out;

    fixture->kernel->uid = 1000;
    fails(fixture, PID_HOST, "metrics", -EACCES);
    assert_int_equal(kernel_open(fixture->kernel, PID_HOST,
                                 node_of(fixture->kernel, PID_HOST, "metrics"), O_RDONLY, &out),
                     -EACCES);
}

static void
a_root_in_another_namespace_may_not_read_the_metrics(void **state)
{
    Fixture *fixture = *state;
    const Machine *machine = fixture->kernel->machine;

    machine_set_namespace(machine, PID_A, "pid", 4026532001);
    fails(fixture, PID_A, "metrics", -EACCES);
    machine_set_namespace(machine, PID_B, "user", 4026532002);
    fails(fixture, PID_B, "metrics", -EACCES);
    fails(fixture, 0, "metrics", -EACCES);
    fails(fixture, PID_GONE, "metrics", -EACCES);
}

static void
an_inherited_file_of_the_metrics_cannot_be_read(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = {.pid = PID_HOST, .size = 4096};
    struct fuse_open_out out;
    g_autofree char *text = NULL;
    int error;

    read.node = node_of(fixture->kernel, PID_HOST, "metrics");
    assert_int_equal(kernel_open(fixture->kernel, PID_HOST, read.node, O_RDONLY, &out), 0);
    read.handle = out.fh;
    fixture->kernel->uid = 1000;
    text = kernel_read(fixture->kernel, &read, &error);
    assert_null(text);
    assert_int_equal(error, -EACCES);
}

static void
reads_are_counted_by_file(void **state)
{
    Fixture *fixture = *state;
    unsigned file = proc_file_number(file_of("proc/uptime"));
    uint64_t before = metrics_reads(file);

    reads(fixture, PID_A, "proc/uptime", "1000.00 ");
    assert_int_equal(metrics_reads(file), before + 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, connect_kernel, disconnect_kernel)
    const struct CMUnitTest tests[] = {
        TEST(what_was_served_last_is_served_when_a_source_fails),
        TEST(after_a_second_it_is_an_error),
        TEST(another_container_is_not_served_it),
        TEST(another_file_is_not_served_it),
        TEST(a_container_made_anew_under_the_same_name_is_not_served_it),
        TEST(a_container_that_was_removed_is_stale_all_the_same),
        TEST(a_hidden_file_is_not_found),
        TEST(a_hidden_file_is_in_no_listing),
        TEST(a_hidden_file_cannot_be_opened_through_a_bind),
        TEST(a_hidden_file_cannot_be_read_through_an_open_file),
        TEST(a_zero_file_has_its_lines_and_no_numbers),
        TEST(a_host_file_is_the_kernels_own),
        TEST(a_container_may_count_its_cpus_in_its_own_way),
        TEST(root_of_the_host_reads_the_metrics),
        TEST(a_service_of_the_host_reads_the_metrics),
        TEST(a_user_may_not_open_the_metrics),
        TEST(a_root_in_another_namespace_may_not_read_the_metrics),
        TEST(an_inherited_file_of_the_metrics_cannot_be_read),
        TEST(reads_are_counted_by_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
