/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests that make no sense, listings, and reads that go through the kernel's pages. */

#include "tests/request/kernel.h"
#include "tests/request/opened.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

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

static int
ask_raw(Kernel *kernel, uint32_t opcode, uint64_t node)
{
    static const char zeros[256];
    g_autoptr(GBytes) body = g_bytes_new_static(zeros, sizeof zeros);

    return kernel_ask(kernel, opcode, PID_A, node, body, NULL, 0);
}

static void
what_is_not_offered_is_not_implemented(void **state)
{
    assert_int_equal(ask_raw(*state, FUSE_GETXATTR, FUSE_ROOT_ID), -ENOSYS);
    assert_int_equal(ask_raw(*state, FUSE_FLUSH, FUSE_ROOT_ID), -ENOSYS);
    assert_int_equal(ask_raw(*state, FUSE_POLL, FUSE_ROOT_ID), -ENOSYS);
    assert_int_equal(ask_raw(*state, FUSE_WRITE, FUSE_ROOT_ID), -ENOSYS);
    assert_int_equal(ask_raw(*state, 4000, FUSE_ROOT_ID), -ENOSYS);
}

static void
a_second_init_is_refused_and_the_connection_lives(void **state)
{
    assert_int_equal(ask_raw(*state, FUSE_INIT, 0), -EIO);
    (void)node_of(*state, PID_A, "proc");
}

static void
nodes_that_were_never_given_are_not_there(void **state)
{
    struct fuse_attr attr;
    struct fuse_open_out out;
    const KernelRead read = {.pid = PID_A, .node = 0xffffffffffffff30, .size = 10};

    assert_int_equal(kernel_getattr(*state, PID_A, 0, &attr), -ENOENT);
    assert_int_equal(kernel_open(*state, PID_A, UINT64_MAX, O_RDONLY, &out), -ENOENT);
    assert_int_equal(error_of(*state, &read), -ENOENT);
    assert_int_equal(ask_raw(*state, FUSE_READDIR, 0x1234500), -ENOENT);
}

static void
a_directory_is_no_file_and_a_file_no_directory(void **state)
{
    struct fuse_open_out out;
    const KernelRead read = {.pid = PID_A, .node = FUSE_ROOT_ID, .size = 10};

    assert_int_equal(kernel_open(*state, PID_A, FUSE_ROOT_ID, O_RDONLY, &out), -EISDIR);
    assert_int_equal(error_of(*state, &read), -EISDIR);
    assert_int_equal(ask_raw(*state, FUSE_READDIR, node_of(*state, PID_A, "proc/stat")), -ENOTDIR);
}

static void
an_offset_below_zero_is_invalid(void **state)
{
    KernelRead read = opened(*state, PID_A, PID_A, "proc/stat");

    read.offset = UINT64_MAX;
    assert_int_equal(error_of(*state, &read), -EINVAL);
}

static void
a_handle_that_was_never_given_reads_a_text_of_its_own(void **state)
{
    KernelRead read = opened(*state, PID_A, PID_A, "proc/uptime");

    read.handle = 0xdeadbeef;
    assert_int_equal(error_of(*state, &read), 0);
    assert_int_equal(kernel_release(*state, PID_A, read.node, 0xdeadbeef), 0);
    assert_int_equal(kernel_release(*state, PID_A, read.node, 0xdeadbeef), 0);
}

static void
a_listing_is_whole_however_small_the_pieces(void **state)
{
    g_autofree char *root = names_in(*state, PID_A, FUSE_ROOT_ID, 4096);
    g_autofree char *at_once = names_in(*state, PID_A, node_of(*state, PID_A, "proc"), 4096);
    g_autofree char *in_pieces = names_in(*state, PID_A, node_of(*state, PID_A, "proc"), 64);

    assert_string_equal(root, ". .. proc sys metrics ");
    assert_true(g_str_has_prefix(at_once, ". .. "));
    assert_non_null(strstr(at_once, " meminfo "));
    assert_string_equal(in_pieces, at_once);
}

static KernelRead
sent(Kernel *kernel, pid_t finder, pid_t reader)
{
    KernelRead read = opened(kernel, finder, reader, "proc/uptime");

    read.for_pages = true;
    return read;
}

static void
sendfile_has_the_text_of_its_own_container(void **state)
{
    KernelRead read = sent(*state, PID_A, PID_A);

    assert_int_equal(error_of(*state, &read), 0);
}

static void
sendfile_of_another_containers_node_has_to_read(void **state)
{
    KernelRead others = sent(*state, PID_B, PID_A), hosts = sent(*state, PID_HOST, PID_A);

    assert_int_equal(error_of(*state, &others), -EINVAL);
    assert_int_equal(error_of(*state, &hosts), -EINVAL);
}

/* Where it was bound into a container, that would find the host's text in the kernel's pages. */
static void
not_even_the_host_fills_the_pages_of_its_node(void **state)
{
    KernelRead read = sent(*state, PID_HOST, PID_HOST);

    assert_int_equal(error_of(*state, &read), -EINVAL);
}

static void
what_sendfile_has_is_as_long_as_the_size(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = sent(kernel, PID_A, PID_A);
    struct fuse_attr attr;
    int error;
    g_autofree char *text = kernel_read(kernel, &read, &error);

    assert_int_equal(kernel_getattr(kernel, PID_A, read.node, &attr), 0);
    assert_int_equal(strlen(text), attr.size);
    assert_true(g_str_has_prefix(text, "1000.00 ") && g_str_has_suffix(text, " \n"));
}

static void
write_model(Kernel *kernel, unsigned len)
{
    g_autofree char *model = g_strnfill(len, 'x');

    machine_write(kernel->machine, "proc/cpuinfo", "processor\t: 0\nmodel name\t: %s\n\n", model);
}

static void
a_text_that_has_outgrown_its_size_has_to_be_read(void **state)
{
    Kernel *kernel = *state;
    KernelRead read;
    struct fuse_attr before, after;

    write_model(kernel, 10);
    read = opened(kernel, PID_A, PID_A, "proc/cpuinfo");
    read.for_pages = true;
    assert_int_equal(kernel_getattr(kernel, PID_A, read.node, &before), 0);
    write_model(kernel, 1000);
    assert_int_equal(error_of(kernel, &read), -EINVAL);
    /* Then it has another one. */
    assert_int_equal(kernel_getattr(kernel, PID_A, read.node, &after), 0);
    assert_true(before.size < 1000 && after.size > 1000);
    assert_int_equal(error_of(kernel, &read), 0);
}

static void
a_text_of_several_pages_has_to_be_read(void **state)
{
    Kernel *kernel = *state;
    KernelRead read;

    write_model(kernel, 6000);
    read = opened(kernel, PID_A, PID_A, "proc/cpuinfo");
    read.for_pages = true;
    assert_int_equal(error_of(kernel, &read), -EINVAL);
    read.for_pages = false;
    assert_int_equal(error_of(kernel, &read), 0);
}

static void
sendfile_for_a_stranger_has_nothing(void **state)
{
    KernelRead read = sent(*state, PID_HOST, 0);

    assert_int_equal(error_of(*state, &read), -EINVAL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, connect_kernel, disconnect_kernel)
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_offered_is_not_implemented),
        TEST(a_second_init_is_refused_and_the_connection_lives),
        TEST(nodes_that_were_never_given_are_not_there),
        TEST(a_directory_is_no_file_and_a_file_no_directory),
        TEST(an_offset_below_zero_is_invalid),
        TEST(a_handle_that_was_never_given_reads_a_text_of_its_own),
        TEST(a_listing_is_whole_however_small_the_pieces),
        TEST(sendfile_has_the_text_of_its_own_container),
        TEST(sendfile_of_another_containers_node_has_to_read),
        TEST(not_even_the_host_fills_the_pages_of_its_node),
        TEST(what_sendfile_has_is_as_long_as_the_size),
        TEST(a_text_that_has_outgrown_its_size_has_to_be_read),
        TEST(a_text_of_several_pages_has_to_be_read),
        TEST(sendfile_for_a_stranger_has_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
