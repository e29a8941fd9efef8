/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The real FUSE ops, asked over a socket by processes of a machine in a folder. */

#include "tests/request/kernel.h"
#include "tests/request/opened.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int
connect_kernel(void **state)
{
    *state = kernel_new();
    return 0;
}

static int
disconnect_kernel(void **state)
{
    kernel_free(*state);
    return 0;
}

#define TOTAL_HOST "MemTotal:        8388608 kB\n"
#define TOTAL_A "MemTotal:         262144 kB\n"
#define TOTAL_B "MemTotal:         524288 kB\n"

static void
each_container_reads_its_own_limit(void **state)
{
    KernelRead a = opened(*state, PID_A, PID_A, "proc/meminfo");
    KernelRead b = opened(*state, PID_B, PID_B, "proc/meminfo");

    shows(*state, &a, TOTAL_A);
    shows(*state, &b, TOTAL_B);
}

static void
a_shell_on_the_host_reads_the_kernels_own_text(void **state)
{
    KernelRead host = opened(*state, PID_HOST, PID_HOST, "proc/uptime");
    g_autofree char *text = text_of(*state, &host);

    assert_string_equal(text, "5000.00 9000.00\n");
}

static void
two_containers_are_given_different_nodes(void **state)
{
    uint64_t a = node_of(*state, PID_A, "proc/meminfo");

    assert_true(a == node_of(*state, PID_A2, "proc/meminfo"));
    assert_true(a != node_of(*state, PID_B, "proc/meminfo"));
    assert_true(a != node_of(*state, PID_HOST, "proc/meminfo"));
}

static void
the_numbers_are_the_readers_whoever_found_the_node(void **state)
{
    KernelRead found_by_host = opened(*state, PID_HOST, PID_A, "proc/meminfo");
    KernelRead found_by_b = opened(*state, PID_B, PID_A, "proc/meminfo");

    shows(*state, &found_by_host, TOTAL_A);
    shows(*state, &found_by_b, TOTAL_A);
}

static void
an_invisible_reader_is_refused(void **state)
{
    KernelRead stranger = opened(*state, PID_HOST, 0, "proc/meminfo");

    assert_int_equal(error_of(*state, &stranger), -EACCES);
}

static void
an_invisible_reader_may_still_look_around(void **state)
{
    struct fuse_attr attr;
    uint64_t node = node_of(*state, 0, "proc/meminfo");

    assert_int_equal(kernel_getattr(*state, 0, node, &attr), 0);
    assert_int_equal(attr.size, 4096);
}

static void
a_reader_that_has_ended_is_stale(void **state)
{
    KernelRead gone = opened(*state, PID_HOST, PID_GONE, "proc/meminfo");

    assert_int_equal(error_of(*state, &gone), -ESTALE);
}

static void
a_container_that_was_removed_is_stale(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = opened(kernel, PID_A, PID_A, "proc/meminfo");

    machine_remove(kernel->machine, "sys/fs/cgroup/a");
    assert_int_equal(error_of(kernel, &read), -ESTALE);
}

static void
garbage_in_a_source_is_an_io_error(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = opened(kernel, PID_A, PID_A, "proc/meminfo");

    machine_write(kernel->machine, "sys/fs/cgroup/a/memory.max", "lots\n");
    assert_int_equal(error_of(kernel, &read), -EIO);
}

static void
nobody_may_open_for_writing(void **state)
{
    uint64_t node = node_of(*state, PID_HOST, "proc/meminfo");
    struct fuse_open_out out;

    assert_int_equal(kernel_open(*state, PID_HOST, node, O_RDWR, &out), -EACCES);
    assert_int_equal(kernel_open(*state, PID_HOST, node, O_WRONLY, &out), -EACCES);
    assert_int_equal(kernel_open(*state, PID_HOST, node, O_RDONLY | O_TRUNC, &out), -EACCES);
}

static void
pieces_at_any_offset_make_the_whole(void **state)
{
    KernelRead read = opened(*state, PID_A, PID_A, "proc/meminfo");
    g_autofree char *whole = text_of(*state, &read);
    g_autoptr(GString) pieces = g_string_new(NULL);

    read.size = 7;
    do {
        g_autofree char *piece = text_of(*state, &read);

        read.offset += strlen(piece);
        g_string_append(pieces, piece);
    } while (pieces->len == read.offset && read.offset < strlen(whole));
    assert_string_equal(pieces->str, whole);
}

static void
at_the_end_there_is_nothing_and_beyond_neither(void **state)
{
    KernelRead read = opened(*state, PID_A, PID_A, "proc/uptime");
    g_autofree char *whole = text_of(*state, &read), *at_end = NULL, *beyond = NULL;

    read.offset = strlen(whole);
    at_end = text_of(*state, &read);
    assert_string_equal(at_end, "");
    read.offset = UINT64_C(1) << 40;
    beyond = text_of(*state, &read);
    assert_string_equal(beyond, "");
}

static void
a_first_read_in_the_middle_has_the_text(void **state)
{
    KernelRead read = opened(*state, PID_A, PID_A, "proc/meminfo");

    read.offset = strlen(TOTAL_A);
    shows(*state, &read, "MemFree:");
}

static void
one_open_is_one_text_until_it_is_read_from_the_start(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = opened(kernel, PID_A, PID_A, "proc/meminfo");

    shows(kernel, &read, TOTAL_A);
    machine_write(kernel->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 512u << 20);
    read.offset = strlen("MemTotal:");
    shows(kernel, &read, &TOTAL_A[strlen("MemTotal:")]);
    read.offset = 0;
    shows(kernel, &read, TOTAL_B);
}

static void
two_opens_are_two_texts(void **state)
{
    Kernel *kernel = *state;
    KernelRead before = opened(kernel, PID_A, PID_A, "proc/meminfo"), after;

    shows(kernel, &before, TOTAL_A);
    machine_write(kernel->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 512u << 20);
    after = opened(kernel, PID_A, PID_A, "proc/meminfo");
    shows(kernel, &after, TOTAL_B);
    before.offset = strlen("MemTotal:");
    shows(kernel, &before, &TOTAL_A[strlen("MemTotal:")]);
}

static void
an_inherited_file_shows_who_reads_not_who_opened(void **state)
{
    KernelRead read = opened(*state, PID_HOST, PID_HOST, "proc/meminfo");

    shows(*state, &read, TOTAL_HOST);
    read.pid = PID_B;
    shows(*state, &read, TOTAL_B);
}

static void
after_release_the_text_is_gone(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = opened(kernel, PID_A, PID_A, "proc/meminfo");

    shows(kernel, &read, TOTAL_A);
    assert_int_equal(kernel_release(kernel, PID_A, read.node, read.handle), 0);
    machine_write(kernel->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 512u << 20);
    read.offset = strlen("MemTotal:");
    shows(kernel, &read, &TOTAL_B[strlen("MemTotal:")]);
}

static void
the_size_has_room_for_the_text(void **state)
{
    KernelRead read = opened(*state, PID_A, PID_A, "proc/meminfo");
    g_autofree char *text = text_of(*state, &read);
    struct fuse_attr attr;

    assert_int_equal(kernel_getattr(*state, PID_A, read.node, &attr), 0);
    assert_true(attr.size > strlen(text));
    assert_int_equal(attr.mode, S_IFREG | 0444);
}

static void
what_the_kernel_gives_to_root_alone_is_roots_here_too(void **state)
{
    struct fuse_entry_out entry;

    assert_int_equal(kernel_walk(*state, PID_HOST, "proc/slabinfo", &entry), 0);
    assert_int_equal(entry.attr.mode, S_IFREG | 0400);
    assert_int_equal(entry.attr.uid, 0);
}

static void
so_it_has_for_one_larger_than_a_page(void **state)
{
    Kernel *kernel = *state;
    g_autofree char *model = g_strnfill(6000, 'x');
    struct fuse_attr attr;

    machine_write(kernel->machine, "proc/cpuinfo",
                  "processor\t: 0\nmodel name\t: %s\n\nprocessor\t: 1\nmodel name\t: %s\n\n", model,
                  model);
    assert_int_equal(kernel_getattr(kernel, PID_A, node_of(kernel, PID_A, "proc/cpuinfo"), &attr),
                     0);
    assert_true(attr.size > 6000);
}

static void
a_file_is_looked_up_again_each_time_and_a_directory_is_not(void **state)
{
    struct fuse_entry_out entry;

    assert_int_equal(kernel_walk(*state, PID_A, "proc/stat", &entry), 0);
    assert_true(entry.entry_valid == 0 && entry.entry_valid_nsec == 0);
    assert_int_equal(kernel_walk(*state, PID_A, "proc", &entry), 0);
    assert_true(entry.entry_valid > 0);
    assert_int_equal(entry.attr.mode, S_IFDIR | 0555);
}

static void
an_unknown_name_is_not_there(void **state)
{
    struct fuse_entry_out entry;

    assert_int_equal(kernel_walk(*state, PID_A, "proc/kcore", &entry), -ENOENT);
    assert_int_equal(kernel_walk(*state, PID_A, "proc/meminfo/x", &entry), -ENOENT);
    assert_int_equal(kernel_lookup(*state, PID_A, 12345, "proc", &entry), -ENOENT);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, connect_kernel, disconnect_kernel)
    const struct CMUnitTest tests[] = {
        TEST(each_container_reads_its_own_limit),
        TEST(a_shell_on_the_host_reads_the_kernels_own_text),
        TEST(two_containers_are_given_different_nodes),
        TEST(the_numbers_are_the_readers_whoever_found_the_node),
        TEST(an_invisible_reader_is_refused),
        TEST(an_invisible_reader_may_still_look_around),
        TEST(a_reader_that_has_ended_is_stale),
        TEST(a_container_that_was_removed_is_stale),
        TEST(garbage_in_a_source_is_an_io_error),
        TEST(nobody_may_open_for_writing),
        TEST(pieces_at_any_offset_make_the_whole),
        TEST(at_the_end_there_is_nothing_and_beyond_neither),
        TEST(a_first_read_in_the_middle_has_the_text),
        TEST(one_open_is_one_text_until_it_is_read_from_the_start),
        TEST(two_opens_are_two_texts),
        TEST(an_inherited_file_shows_who_reads_not_who_opened),
        TEST(after_release_the_text_is_gone),
        TEST(the_size_has_room_for_the_text),
        TEST(what_the_kernel_gives_to_root_alone_is_roots_here_too),
        TEST(so_it_has_for_one_larger_than_a_page),
        TEST(a_file_is_looked_up_again_each_time_and_a_directory_is_not),
        TEST(an_unknown_name_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
