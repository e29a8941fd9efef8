/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel may keep of a file, and for how long: open(2), attributes and reads of nodes
 * whose text fits a page. */

#include "tests/request/opened.h"
#include "tests/request/paged.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define TOTAL_A "MemTotal:         262144 kB\n"
#define TOTAL_B "MemTotal:         524288 kB\n"

static void
its_container_opens_a_file_through_the_page(void **state)
{
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), PAGED_CACHED);
    assert_int_equal(flags_as(*state, PID_A, PID_A2, "proc/meminfo"), PAGED_CACHED);
}

static void
what_may_grow_beyond_all_bounds_is_asked_for_each_time(void **state)
{
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/vmstat"), PAGED_DIRECT);
    assert_int_equal(flags_as(*state, PID_A, PID_A, "sys/devices/system/cpu/online"), PAGED_DIRECT);
}

static void
nobody_opens_a_page_for_writing(void **state)
{
    Kernel *kernel = *state;
    uint64_t node = node_of(kernel, PID_A, "proc/meminfo");
    struct fuse_open_out out;

    assert_int_equal(kernel_open(kernel, PID_A, node, O_RDWR, &out), -EACCES);
    assert_int_equal(kernel_open(kernel, PID_A, node, O_RDONLY | O_TRUNC, &out), -EACCES);
}

static void
without_a_tick_nothing_is_kept(void **state)
{
    ((Kernel *)*state)->machine->tick.length = 0;
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), PAGED_DIRECT);
}

static void
a_page_filled_in_this_tick_is_kept(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/meminfo");

    shows(*state, &read, TOTAL_A);
    assert_int_equal(flags_as(*state, PID_A, PID_A2, "proc/meminfo"), PAGED_CACHED_KEPT);
    machine_set_now(PAGED_NEXT);
    assert_int_equal(flags_as(*state, PID_A, PID_A2, "proc/meminfo"), PAGED_CACHED);
}

static void
a_page_that_nobody_has_filled_in_this_tick_is_not(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/meminfo");

    shows(*state, &read, TOTAL_A);
    machine_set_now(PAGED_NEXT);
    (void)attributes(*state, &read);
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), PAGED_CACHED);
}

static void
a_page_read_after_the_tick_is_new(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = open_own(kernel, PID_A, "proc/meminfo");

    shows(kernel, &read, TOTAL_A);
    machine_write(kernel->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 512u << 20);
    machine_set_now(PAGED_NEXT - 1);
    shows(kernel, &read, TOTAL_A);
    machine_set_now(PAGED_NEXT);
    shows(kernel, &read, TOTAL_B);
}

static void
each_tick_has_another_time_of_change_and_none_is_valid_for_longer(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/meminfo");
    struct fuse_attr_out first = attributes(*state, &read), same, next;

    machine_set_now(PAGED_NEXT - 1);
    same = attributes(*state, &read);
    machine_set_now(PAGED_NEXT);
    next = attributes(*state, &read);
    assert_true(first.attr.mtime == same.attr.mtime && first.attr.mtimensec == same.attr.mtimensec);
    assert_true(next.attr.mtime > first.attr.mtime || next.attr.mtimensec > first.attr.mtimensec);
    assert_true(first.attr_valid == 0 && first.attr_valid_nsec > 0 &&
                first.attr_valid_nsec <= TICK_USEC * 1000);
    assert_true(same.attr_valid == 0 && same.attr_valid_nsec == 0);
}

static void
whoever_looks_it_up_is_told_the_same(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = open_own(kernel, PID_A, "proc/meminfo");
    struct fuse_attr_out out = attributes(kernel, &read);
    struct fuse_entry_out entry;
    struct fuse_attr others;

    assert_int_equal(kernel_walk(kernel, PID_A2, "proc/meminfo", &entry), 0);
    assert_int_equal(kernel_getattr(kernel, PID_B, read.node, &others), 0);
    assert_memory_equal(&entry.attr, &out.attr, sizeof out.attr);
    assert_memory_equal(&others, &out.attr, sizeof out.attr);
}

static void
what_has_no_page_has_the_time_it_had(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/vmstat");
    struct fuse_attr_out first = attributes(*state, &read), next;

    machine_set_now(PAGED_NEXT);
    next = attributes(*state, &read);
    assert_int_equal(first.attr_valid, 1);
    assert_true(first.attr.mtime == next.attr.mtime && first.attr.mtimensec == next.attr.mtimensec);
}

static void
a_text_is_as_long_as_the_file_however_its_numbers_grow(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = open_own(kernel, PID_A, "proc/stat");
    struct fuse_attr_out out = attributes(kernel, &read);
    uint64_t usage = 30000; /* 1 to 10 digits of ticks */

    for (unsigned i = 0; i < 10; i++, usage *= 10) {
        g_autofree char *text = NULL;

        machine_write(kernel->machine, "sys/fs/cgroup/a/cpu.stat",
                      "usage_usec %" G_GUINT64_FORMAT "\nuser_usec %" G_GUINT64_FORMAT
                      "\nsystem_usec 0\nnr_periods 1\nnr_throttled 0\nthrottled_usec 0\n",
                      usage, usage);
        machine_set_now(MACHINE_NOW + usage);
        text = text_of(kernel, &read);
        assert_int_equal(strlen(text), out.attr.size);
        assert_true(g_str_has_prefix(text, "cpu ") && g_str_has_suffix(text, " \n"));
        assert_int_equal(attributes(kernel, &read).attr.size, out.attr.size);
    }
}

static void
the_empty_line_at_the_end_of_cpuinfo_stays_empty(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/cpuinfo");
    g_autofree char *text = text_of(*state, &read);

    assert_true(read.for_pages);
    assert_true(g_str_has_suffix(text, " \n\n"));
}

static void
who_cannot_be_told_his_numbers_is_told_why_when_he_reads(void **state)
{
    Kernel *kernel = *state;
    KernelRead read;

    machine_write(kernel->machine, "sys/fs/cgroup/a/memory.max", "lots\n");
    read = open_own(kernel, PID_A, "proc/meminfo");
    assert_false(read.for_pages);
    assert_int_equal(error_of(kernel, &read), -EIO);
}

/* 0 bytes to send would be none. */
static void
a_file_whose_text_nobody_has_seen_is_not_empty(void **state)
{
    Kernel *kernel = *state;
    struct fuse_entry_out entry;

    machine_write(kernel->machine, "sys/fs/cgroup/a/memory.max", "lots\n");
    assert_int_equal(kernel_walk(kernel, PID_A, "proc/meminfo", &entry), 0);
    assert_int_equal(entry.attr.size, 4096);
    assert_true(entry.attr_valid == 0 && entry.attr_valid_nsec == 0);
}

static void
forget(Kernel *kernel, uint64_t node)
{
    const struct fuse_in_header what = {.opcode = FUSE_FORGET, .nodeid = node};
    const struct fuse_forget_in in = {.nlookup = 1};

    (void)kernel_send(kernel, &what, &in, sizeof in);
    assert_true(session_serve_one(kernel->session)); /* nothing is answered */
}

static void
what_the_kernel_forgot_is_told_again(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = open_own(kernel, PID_A, "proc/meminfo");

    g_free(text_of(kernel, &read));
    close_file(kernel, &read);
    forget(kernel, read.node);
    assert_int_equal(flags_as(kernel, PID_A, PID_A, "proc/meminfo"), PAGED_CACHED);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, paged_make, paged_unmake)
    const struct CMUnitTest tests[] = {
        TEST(its_container_opens_a_file_through_the_page),
        TEST(what_may_grow_beyond_all_bounds_is_asked_for_each_time),
        TEST(nobody_opens_a_page_for_writing),
        TEST(without_a_tick_nothing_is_kept),
        TEST(a_page_filled_in_this_tick_is_kept),
        TEST(a_page_that_nobody_has_filled_in_this_tick_is_not),
        TEST(a_page_read_after_the_tick_is_new),
        TEST(each_tick_has_another_time_of_change_and_none_is_valid_for_longer),
        TEST(whoever_looks_it_up_is_told_the_same),
        TEST(what_has_no_page_has_the_time_it_had),
        TEST(a_text_is_as_long_as_the_file_however_its_numbers_grow),
        TEST(the_empty_line_at_the_end_of_cpuinfo_stays_empty),
        TEST(who_cannot_be_told_his_numbers_is_told_why_when_he_reads),
        TEST(a_file_whose_text_nobody_has_seen_is_not_empty),
        TEST(what_the_kernel_forgot_is_told_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
