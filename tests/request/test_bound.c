/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bound tree, asked over a socket by processes of a machine in a folder. */

#include "tests/request/kernel.h"
#include "tests/request/opened.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TOTAL_A "MemTotal:         262144 kB\n"
#define TOTAL_B "MemTotal:         524288 kB\n"

typedef struct {
    Kernel *kernel;
    Policies *policies;
} Fixture;

static void
add(const Fixture *fixture, const char *name, const char *cgroup, int64_t offset)
{
    const CgroupPaths paths = {.unified = (char *)cgroup};
    g_autoptr(Registered) registered = registry_add(fixture->kernel->machine->registry,
                                                    &(Registration){name, &paths, offset}, NULL);

    assert_non_null(registered);
}

static int
connect_kernel(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->kernel = kernel_new_bound();
    machine_share(fixture->kernel->machine);
    fixture->policies = policies_new();
    fixture->kernel->machine->server.policies = fixture->policies;
    machine_write(fixture->kernel->machine, "proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/b/cgroup.procs", "%d\n", PID_B);
    add(fixture, "one", "/a", 0);
    add(fixture, "two", "/b", 0);
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

/* As the kernel reads what it has not had opened: for its own page. */
static char *
page_of(const Fixture *fixture, pid_t pid, uint64_t node, int *ret_error)
{
    return kernel_read(fixture->kernel,
                       &(KernelRead){.pid = pid, .node = node, .size = 4096, .for_pages = true},
                       ret_error);
}

static void
page_shows(const Fixture *fixture, pid_t pid, uint64_t node, const char *start)
{
    int error;
    g_autofree char *text = page_of(fixture, pid, node, &error);

    assert_int_equal(error, 0);
    if (!g_str_has_prefix(text, start))
        assert_string_equal(text, start);
}

static void
is_stale(const Fixture *fixture, uint64_t node)
{
    struct fuse_attr attr;
    int error;
    g_autofree char *text = page_of(fixture, PID_A, node, &error);

    assert_null(text);
    assert_int_equal(error, -ESTALE);
    assert_int_equal(kernel_getattr(fixture->kernel, PID_A, node, &attr), -ESTALE);
}

static struct fuse_attr_out
attributes(const Fixture *fixture, uint64_t node)
{
    struct fuse_getattr_in in = {0};
    struct fuse_attr_out out;
    g_autoptr(GBytes) body = g_bytes_new(&in, sizeof in);

    assert_true(kernel_ask(fixture->kernel, FUSE_GETATTR, PID_A, node, body, &out, sizeof out) > 0);
    return out;
}

static void
lists(const Fixture *fixture, uint64_t node, const char *expected)
{
    g_autofree char *names = names_in(fixture->kernel, PID_HOST, node, 4096);
    g_autofree char *all = g_strconcat(". .. ", expected, NULL);

    assert_string_equal(names, all);
}

static void
whoever_reads_is_shown_the_bound_container(void **state)
{
    static const pid_t readers[] = {PID_A, PID_B, PID_HOST, PID_GONE, 0};
    uint64_t one = node_of(((Fixture *)*state)->kernel, PID_HOST, "one/proc/meminfo");
    uint64_t two = node_of(((Fixture *)*state)->kernel, PID_A, "two/proc/meminfo");

    for (unsigned i = 0; i < G_N_ELEMENTS(readers); i++) {
        page_shows(*state, readers[i], one, TOTAL_A);
        page_shows(*state, readers[i], two, TOTAL_B);
    }
}

static void
open_and_flush_are_never_asked_again(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "one/proc/meminfo");
    struct fuse_flush_in in = {0};
    g_autoptr(GBytes) body = g_bytes_new(&in, sizeof in);
    struct fuse_open_out out;

    assert_int_equal(kernel_open(fixture->kernel, PID_A, node, O_RDONLY, &out), -ENOSYS);
    assert_int_equal(kernel_ask(fixture->kernel, FUSE_FLUSH, PID_A, node, body, NULL, 0), -ENOSYS);
}

static void
a_text_is_as_long_as_the_file_is_said_to_be_however_its_numbers_grow(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "two/proc/uptime");
    uint64_t size = attributes(fixture, node).attr.size;

    for (unsigned i = 0; i < 5; i++) {
        int error;
        g_autofree char *text = NULL;

        machine_set_now(machine_now() * 10);
        assert_true(attributes(fixture, node).attr.size == size);
        text = page_of(fixture, PID_A, node, &error);
        assert_int_equal(strlen(text), size);
        assert_true(g_str_has_suffix(text, " \n"));
    }
}

static void
within_a_tick_it_is_the_same_text(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "one/proc/meminfo");
    struct fuse_attr first = attributes(fixture, node).attr, again;

    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/memory.max", "134217728\n");
    machine_set_now(machine_now() + TICK_USEC / 2);
    again = attributes(fixture, node).attr;
    page_shows(*state, PID_A, node, TOTAL_A);
    assert_true(first.mtime == again.mtime && first.mtimensec == again.mtimensec);
}

static void
the_next_tick_has_another_text_and_another_time(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "one/proc/meminfo");
    struct fuse_attr first = attributes(fixture, node).attr, next;

    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/memory.max", "134217728\n");
    machine_set_now(machine_now() + TICK_USEC);
    next = attributes(fixture, node).attr;
    page_shows(*state, PID_A, node, "MemTotal:         131072 kB\n");
    assert_true(next.mtime > first.mtime ||
                (next.mtime == first.mtime && next.mtimensec > first.mtimensec));
}

static void
attributes_last_until_the_tick_ends(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "one/proc/meminfo");
    struct fuse_attr_out new = attributes(fixture, node), late;

    assert_true(new.attr_valid == 0 && new.attr_valid_nsec <= TICK_USEC * 1000);
    machine_set_now(machine_now() + TICK_USEC - 1);
    late = attributes(fixture, node);
    assert_true(late.attr_valid == 0 && late.attr_valid_nsec == 0);
}

static void
a_container_that_has_ended_is_stale(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "one/proc/meminfo");

    machine_remove(fixture->kernel->machine, "sys/fs/cgroup/a");
    is_stale(fixture, node);
    assert_false(is_found(fixture->kernel, PID_HOST, "one"));
    lists(fixture, FUSE_ROOT_ID, "two ");
}

static void
rename_cgroup(const Fixture *fixture, const char *from, const char *to)
{
    const char *machine = fixture->kernel->machine->path;
    g_autofree char *old = g_strconcat(machine, "/sys/fs/cgroup/", from, NULL);
    g_autofree char *new = g_strconcat(machine, "/sys/fs/cgroup/", to, NULL);

    assert_int_equal(rename(old, new), 0);
}

/* The directory is another one, as that of a removed and re-made cgroup is. */
static void
make_anew(const Fixture *fixture)
{
    rename_cgroup(fixture, "a", "a.old");
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/cgroup.procs", "%s", "");
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/memory.max", "67108864\n");
}

static void
what_takes_its_path_is_not_shown_in_its_place(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "one/proc/meminfo");

    page_shows(*state, PID_A, node, TOTAL_A);
    make_anew(fixture);
    machine_set_now(machine_now() + TICK_USEC);
    is_stale(fixture, node);
    add(fixture, "one", "/a", 0);
    assert_true(node_of(fixture->kernel, PID_A, "one/proc/meminfo") != node);
    is_stale(fixture, node);
}

static void
what_was_taken_away_is_stale(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "one/proc/meminfo");

    assert_true(registry_remove(fixture->kernel->machine->registry, "one"));
    is_stale(fixture, node);
    assert_false(is_found(fixture->kernel, PID_HOST, "one"));
}

static void
a_name_is_found_anew_each_time(void **state)
{
    Fixture *fixture = *state;
    struct fuse_entry_out top, file;

    assert_int_equal(kernel_walk(fixture->kernel, PID_A, "one", &top), 0);
    assert_int_equal(kernel_walk(fixture->kernel, PID_A, "one/proc/meminfo", &file), 0);
    assert_true(top.entry_valid == 0 && top.entry_valid_nsec == 0);
    assert_true(file.entry_valid > 60);
}

static void
before_its_cgroup_exists_there_are_files_and_no_texts(void **state)
{
    Fixture *fixture = *state;
    struct fuse_attr before, after;
    g_autofree char *text = NULL;
    uint64_t node;
    int error;

    add(fixture, "soon", "/soon", 0);
    node = node_of(fixture->kernel, PID_A, "soon/proc/meminfo");
    before = attributes(fixture, node).attr;
    text = page_of(fixture, PID_A, node, &error);
    assert_int_equal(error, -ESTALE);
    rename_cgroup(fixture, "b", "soon");
    machine_set_now(machine_now() + TICK_USEC);
    page_shows(*state, PID_A, node, TOTAL_B);
    after = attributes(fixture, node).attr;
    assert_true(before.size == after.size && before.size > 0);
}

static void
only_files_that_fit_a_page_are_there(void **state)
{
    Fixture *fixture = *state;
    uint64_t top = node_of(fixture->kernel, PID_A, "one");
    uint64_t proc = node_of(fixture->kernel, PID_A, "one/proc");

    lists(fixture, top, "proc ");
    lists(fixture, proc, "pressure cpuinfo loadavg meminfo stat swaps uptime ");
    assert_true(is_found(fixture->kernel, PID_HOST, "one/proc/pressure/cpu"));
    assert_false(is_found(fixture->kernel, PID_HOST, "one/proc/vmstat"));
    assert_false(is_found(fixture->kernel, PID_HOST, "one/sys"));
    assert_false(is_found(fixture->kernel, PID_HOST, "one/metrics"));
    assert_false(is_found(fixture->kernel, PID_HOST, "metrics"));
    assert_false(is_found(fixture->kernel, PID_HOST, "proc"));
}

static void
a_file_that_could_get_longer_than_a_page_is_not_there(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *model = g_strnfill(4096, 'x');

    machine_write(fixture->kernel->machine, "proc/cpuinfo",
                  "processor\t: 0\nmodel name\t: %s\n\nprocessor\t: 1\nmodel name\t: A\n\n", model);
    add(fixture, "wide", "/a", 0);
    assert_false(is_found(fixture->kernel, PID_HOST, "wide/proc/cpuinfo"));
    assert_true(is_found(fixture->kernel, PID_HOST, "wide/proc/meminfo"));
}

static void
a_file_that_is_hidden_or_the_hosts_is_not_there(void **state)
{
    Fixture *fixture = *state;
    Policy *policy = policies_name(fixture->policies, "/a");

    assert_true(policy_set_file(policy, "proc/meminfo", "hide", NULL));
    assert_true(policy_set_file(policy, "proc/stat", "host", NULL));
    assert_true(policy_set_file(policy, "proc/swaps", "zero", NULL));
    assert_false(is_found(fixture->kernel, PID_HOST, "one/proc/meminfo"));
    assert_false(is_found(fixture->kernel, PID_HOST, "one/proc/stat"));
    assert_true(is_found(fixture->kernel, PID_HOST, "one/proc/swaps"));
    assert_true(is_found(fixture->kernel, PID_HOST, "two/proc/meminfo"));
}

static void
nobody_but_root_goes_into_the_root(void **state)
{
    struct fuse_attr root = attributes(*state, FUSE_ROOT_ID).attr;

    assert_int_equal(root.mode, S_IFDIR | 0700);
    assert_int_equal(root.uid, 0);
}

static void
times_are_those_of_the_registered_time_namespace(void **state)
{
    Fixture *fixture = *state;
    uint64_t node;

    add(fixture, "late", "/b", INT64_C(-4990) * G_USEC_PER_SEC);
    node = node_of(fixture->kernel, PID_HOST, "late/proc/uptime");
    page_shows(fixture, PID_B, node, "10.00 ");
    page_shows(fixture, PID_HOST, node, "10.00 ");
}

static void
a_node_that_nobody_was_given_is_not_there(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "one/proc/meminfo");
    struct fuse_attr attr;

    assert_int_equal(kernel_getattr(fixture->kernel, 0, node & 0xffffff, &attr), -ENOENT);
    assert_int_equal(kernel_getattr(fixture->kernel, 0, node | 0xff, &attr), -ENOENT);
    assert_int_equal(kernel_getattr(fixture->kernel, 0, node + (UINT64_C(99) << 24), &attr),
                     -ESTALE);
}

#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, connect_kernel, disconnect_kernel)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KERNEL(whoever_reads_is_shown_the_bound_container),
        WITH_KERNEL(open_and_flush_are_never_asked_again),
        WITH_KERNEL(a_text_is_as_long_as_the_file_is_said_to_be_however_its_numbers_grow),
        WITH_KERNEL(within_a_tick_it_is_the_same_text),
        WITH_KERNEL(the_next_tick_has_another_text_and_another_time),
        WITH_KERNEL(attributes_last_until_the_tick_ends),
        WITH_KERNEL(a_container_that_has_ended_is_stale),
        WITH_KERNEL(what_takes_its_path_is_not_shown_in_its_place),
        WITH_KERNEL(what_was_taken_away_is_stale),
        WITH_KERNEL(a_name_is_found_anew_each_time),
        WITH_KERNEL(before_its_cgroup_exists_there_are_files_and_no_texts),
        WITH_KERNEL(only_files_that_fit_a_page_are_there),
        WITH_KERNEL(a_file_that_could_get_longer_than_a_page_is_not_there),
        WITH_KERNEL(a_file_that_is_hidden_or_the_hosts_is_not_there),
        WITH_KERNEL(nobody_but_root_goes_into_the_root),
        WITH_KERNEL(times_are_those_of_the_registered_time_namespace),
        WITH_KERNEL(a_node_that_nobody_was_given_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
