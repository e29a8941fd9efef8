/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whose text the page of a node has, and who may see it. */

#include "tests/request/opened.h"
#include "tests/request/paged.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <stdio.h>

#define TOTAL_A "MemTotal:         262144 kB\n"
#define TOTAL_B "MemTotal:         524288 kB\n"

static void
another_container_has_its_own_numbers_of_the_same_node(void **state)
{
    uint32_t flags;
    KernelRead read = open_as(*state, PID_A, PID_B, "proc/meminfo", &flags);

    assert_int_equal(flags, PAGED_DIRECT);
    shows(*state, &read, TOTAL_B);
}

static void
nobody_opens_a_page_of_the_hosts(void **state)
{
    uint32_t flags;
    KernelRead read = open_as(*state, PID_HOST, PID_A, "proc/meminfo", &flags);

    assert_int_equal(flags, PAGED_DIRECT);
    shows(*state, &read, TOTAL_A);
    assert_int_equal(flags_as(*state, PID_HOST, PID_HOST, "proc/meminfo"), PAGED_DIRECT);
}

static void
a_reader_whom_nobody_knows_opens_no_page(void **state)
{
    uint32_t flags;
    KernelRead read = open_as(*state, PID_A, 0, "proc/meminfo", &flags);

    assert_int_equal(flags, PAGED_DIRECT);
    assert_int_equal(error_of(*state, &read), -EACCES);
}

static void
a_page_is_its_containers_whoever_reads_it(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/meminfo");

    read.pid = PID_B;
    shows(*state, &read, TOTAL_A);
    read.pid = 0;
    shows(*state, &read, TOTAL_A);
}

static void
so_it_is_for_who_reads_past_the_page(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/meminfo");

    read.for_pages = false; /* O_DIRECT */
    shows(*state, &read, TOTAL_A);
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), PAGED_CACHED);
}

/* sendfile(2) reads the page, whatever open(2) was told. */
static void
while_another_has_it_open_nobody_fills_the_page(void **state)
{
    KernelRead others = open_as(*state, PID_A, PID_B, "proc/meminfo", NULL), read;

    read = open_own(*state, PID_A, "proc/meminfo");
    assert_false(read.for_pages);
    shows(*state, &read, TOTAL_A);
    read.for_pages = others.for_pages = true;
    assert_int_equal(error_of(*state, &read), -EINVAL);
    assert_int_equal(error_of(*state, &others), -EINVAL);
    close_file(*state, &others);
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), PAGED_CACHED);
}

static void
nor_that_of_a_file_that_is_asked_for_each_time(void **state)
{
    Kernel *kernel = *state;
    KernelRead read, others;

    read = open_own(kernel, PID_A, "sys/devices/system/cpu/online");
    read.for_pages = true;
    g_free(text_of(*state, &read));
    others = open_as(*state, PID_A, PID_B, "sys/devices/system/cpu/online", NULL);
    assert_int_equal(error_of(*state, &read), -EINVAL);
    others.for_pages = true;
    assert_int_equal(error_of(*state, &others), -EINVAL);
}

static void
move_time(Kernel *kernel, int pid, unsigned seconds)
{
    g_autofree char *path = g_strdup_printf("proc/%d/timens_offsets", pid);

    machine_set_namespace(kernel->machine, pid, "time", 77);
    machine_write(kernel->machine, path, "monotonic %u 0\nboottime %u 0\n", seconds, seconds);
}

static void
a_reader_with_another_time_has_his_own_uptime(void **state)
{
    Kernel *kernel = *state;
    KernelRead first, other;

    move_time(kernel, PID_A2, 100000);
    first = open_own(kernel, PID_A, "proc/uptime");
    other = open_own(kernel, PID_A2, "proc/uptime");
    assert_true(first.for_pages && !other.for_pages);
    shows(kernel, &first, "1000.00 ");
    shows(kernel, &other, "105000.00 ");
    other.for_pages = true;
    assert_int_equal(error_of(kernel, &other), -EINVAL);
    /* Of the memory there is only one. */
    assert_int_equal(flags_as(kernel, PID_A, PID_A2, "proc/meminfo"), PAGED_CACHED);
}

static void
the_page_of_a_container_with_its_own_time_has_that(void **state)
{
    Kernel *kernel = *state;
    KernelRead read;

    move_time(kernel, PID_A, 100000);
    read = open_own(kernel, PID_A, "proc/uptime");
    assert_true(read.for_pages);
    read.pid = PID_B;
    shows(kernel, &read, "105000.00 ");
}

static void
a_32_bit_reader_has_a_cpuinfo_of_his_own(void **state)
{
    Kernel *kernel = *state;

    machine_write(kernel->machine, "proc/202/personality", "00000008\n");
    assert_int_equal(flags_as(kernel, PID_A, PID_A2, "proc/cpuinfo"), PAGED_DIRECT);
    assert_int_equal(flags_as(kernel, PID_A, PID_A2, "proc/meminfo"), PAGED_CACHED);
    assert_int_equal(flags_as(kernel, PID_A, PID_A, "proc/cpuinfo"), PAGED_CACHED);
}

static void
a_container_that_was_removed_is_stale(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = open_own(kernel, PID_A, "proc/meminfo");
    struct fuse_attr_out out;

    shows(kernel, &read, TOTAL_A);
    machine_remove(kernel->machine, "sys/fs/cgroup/a");
    machine_set_now(PAGED_NEXT);
    assert_int_equal(error_of(kernel, &read), -ESTALE);
    assert_int_equal(stat_open(kernel, &read, &out), -ESTALE);
}

static void
another_in_its_place_is_not_taken_for_it(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = open_own(kernel, PID_A, "proc/meminfo");
    g_autofree char *from = g_build_filename(kernel->machine->path, "sys/fs/cgroup", NULL);
    g_autofree char *a = g_build_filename(from, "a", NULL), *b = g_build_filename(from, "b", NULL);

    machine_remove(kernel->machine, "sys/fs/cgroup/a");
    assert_int_equal(rename(b, a), 0);
    machine_set_now(PAGED_NEXT);
    assert_int_equal(error_of(kernel, &read), -ESTALE);
}

static void
who_has_the_node_of_a_removed_container_still_has_his_own(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = open_as(kernel, PID_A, PID_B, "proc/meminfo", NULL);

    machine_remove(kernel->machine, "sys/fs/cgroup/a");
    machine_set_now(PAGED_NEXT);
    (void)attributes(kernel, &read);
    shows(kernel, &read, TOTAL_B);
}

static void
a_container_of_which_nobody_knows_any_more_is_stale(void **state)
{
    Kernel *kernel = *state;
    KernelRead read = open_own(kernel, PID_A, "proc/meminfo");

    read.node += UINT64_C(0xabcdef) << 24;
    assert_int_equal(error_of(kernel, &read), -ESTALE);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, paged_make, paged_unmake)
    const struct CMUnitTest tests[] = {
        TEST(another_container_has_its_own_numbers_of_the_same_node),
        TEST(nobody_opens_a_page_of_the_hosts),
        TEST(a_reader_whom_nobody_knows_opens_no_page),
        TEST(a_page_is_its_containers_whoever_reads_it),
        TEST(so_it_is_for_who_reads_past_the_page),
        TEST(while_another_has_it_open_nobody_fills_the_page),
        TEST(nor_that_of_a_file_that_is_asked_for_each_time),
        TEST(a_reader_with_another_time_has_his_own_uptime),
        TEST(the_page_of_a_container_with_its_own_time_has_that),
        TEST(a_32_bit_reader_has_a_cpuinfo_of_his_own),
        TEST(a_container_that_was_removed_is_stale),
        TEST(another_in_its_place_is_not_taken_for_it),
        TEST(who_has_the_node_of_a_removed_container_still_has_his_own),
        TEST(a_container_of_which_nobody_knows_any_more_is_stale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
