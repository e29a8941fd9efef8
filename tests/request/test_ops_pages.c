/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel may keep of a file, and of whom: open(2), attributes and reads of nodes whose
 * text fits a page. */

#include "tests/request/kernel.h"
#include "tests/request/opened.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define NEXT (MACHINE_NOW + TICK_USEC)
#define CACHED 0u
#define CACHED_KEPT FOPEN_KEEP_CACHE
#define DIRECT FOPEN_DIRECT_IO
#define TOTAL_A "MemTotal:         262144 kB\n"
#define TOTAL_B "MemTotal:         524288 kB\n"

typedef struct {
    Kernel *kernel;
    Tick tick;
    Texts *texts;
} Fixture;

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    Machine *machine;

    fixture->kernel = kernel_new();
    machine = fixture->kernel->machine;
    fixture->tick.length = TICK_USEC;
    fixture->texts = texts_new(64, 1 << 20);
    askers_free(machine->askers);
    machine->askers =
        askers_new(&(AskersConfig){machine->readers, machine->containers, &fixture->tick});
    machine->server.askers = machine->askers;
    machine->server.sources.tick = &fixture->tick;
    machine->server.texts = fixture->texts;
    machine_set_now(MACHINE_NOW);
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    kernel_free(fixture->kernel);
    texts_free(fixture->texts);
    g_free(fixture);
    machine_set_now(MACHINE_NOW);
    return 0;
}

/* A file found by @finder and opened by @reader, who then reads it from the start, for the page if
 * the file is open through it. */
static KernelRead
open_as(const Fixture *fixture, pid_t finder, pid_t reader, const char *path, uint32_t *ret_flags)
{
    KernelRead read = {.pid = reader, .node = node_of(fixture->kernel, finder, path), .size = 4096};
    struct fuse_open_out out;

    assert_int_equal(kernel_open(fixture->kernel, reader, read.node, O_RDONLY, &out), 0);
    read.handle = out.fh;
    read.for_pages = !(out.open_flags & FOPEN_DIRECT_IO);
    if (ret_flags)
        *ret_flags = out.open_flags;
    return read;
}

static KernelRead
open_own(const Fixture *fixture, pid_t pid, const char *path)
{
    return open_as(fixture, pid, pid, path, NULL);
}

static uint32_t
flags_as(const Fixture *fixture, pid_t finder, pid_t reader, const char *path)
{
    uint32_t flags;

    (void)open_as(fixture, finder, reader, path, &flags);
    return flags;
}

static void
close_file(const Fixture *fixture, const KernelRead *read)
{
    assert_int_equal(kernel_release(fixture->kernel, read->pid, read->node, read->handle), 0);
}

static char *
text_of(const Fixture *fixture, const KernelRead *read)
{
    int error;
    char *text = kernel_read(fixture->kernel, read, &error);

    assert_int_equal(error, 0);
    return text;
}

static int
error_of(const Fixture *fixture, const KernelRead *read)
{
    int error;
    g_autofree char *text = kernel_read(fixture->kernel, read, &error);

    assert_null(text);
    return error;
}

static void
shows(const Fixture *fixture, const KernelRead *read, const char *start)
{
    g_autofree char *text = text_of(fixture, read);

    if (!g_str_has_prefix(text, start))
        assert_string_equal(text, start);
}

/* What fstat(2) asks, of an open file. */
static int
stat_open(const Fixture *fixture, const KernelRead *read, struct fuse_attr_out *ret)
{
    const struct fuse_getattr_in in = {.getattr_flags = FUSE_GETATTR_FH, .fh = read->handle};
    g_autoptr(GBytes) body = g_bytes_new(&in, sizeof in);

    return MIN(
        kernel_ask(fixture->kernel, FUSE_GETATTR, read->pid, read->node, body, ret, sizeof *ret),
        0);
}

static struct fuse_attr_out
attributes(const Fixture *fixture, const KernelRead *read)
{
    struct fuse_attr_out out = {0};

    assert_int_equal(stat_open(fixture, read, &out), 0);
    return out;
}

static void
its_container_opens_a_file_through_the_page(void **state)
{
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), CACHED);
    assert_int_equal(flags_as(*state, PID_A, PID_A2, "proc/meminfo"), CACHED);
}

static void
what_may_grow_beyond_all_bounds_is_asked_for_each_time(void **state)
{
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/vmstat"), DIRECT);
    assert_int_equal(flags_as(*state, PID_A, PID_A, "sys/devices/system/cpu/online"), DIRECT);
}

static void
another_container_has_its_own_numbers_of_the_same_node(void **state)
{
    uint32_t flags;
    KernelRead read = open_as(*state, PID_A, PID_B, "proc/meminfo", &flags);

    assert_int_equal(flags, DIRECT);
    shows(*state, &read, TOTAL_B);
}

static void
nobody_opens_a_page_of_the_hosts(void **state)
{
    uint32_t flags;
    KernelRead read = open_as(*state, PID_HOST, PID_A, "proc/meminfo", &flags);

    assert_int_equal(flags, DIRECT);
    shows(*state, &read, TOTAL_A);
    assert_int_equal(flags_as(*state, PID_HOST, PID_HOST, "proc/meminfo"), DIRECT);
}

static void
a_reader_whom_nobody_knows_opens_no_page(void **state)
{
    uint32_t flags;
    KernelRead read = open_as(*state, PID_A, 0, "proc/meminfo", &flags);

    assert_int_equal(flags, DIRECT);
    assert_int_equal(error_of(*state, &read), -EACCES);
}

static void
nobody_opens_a_page_for_writing(void **state)
{
    const Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "proc/meminfo");
    struct fuse_open_out out;

    assert_int_equal(kernel_open(fixture->kernel, PID_A, node, O_RDWR, &out), -EACCES);
    assert_int_equal(kernel_open(fixture->kernel, PID_A, node, O_RDONLY | O_TRUNC, &out), -EACCES);
}

static void
without_a_tick_nothing_is_kept(void **state)
{
    ((Fixture *)*state)->tick.length = 0;
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), DIRECT);
}

static void
a_page_filled_in_this_tick_is_kept(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/meminfo");

    shows(*state, &read, TOTAL_A);
    assert_int_equal(flags_as(*state, PID_A, PID_A2, "proc/meminfo"), CACHED_KEPT);
    machine_set_now(NEXT);
    assert_int_equal(flags_as(*state, PID_A, PID_A2, "proc/meminfo"), CACHED);
}

static void
a_page_that_nobody_has_filled_in_this_tick_is_not(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/meminfo");

    shows(*state, &read, TOTAL_A);
    machine_set_now(NEXT);
    (void)attributes(*state, &read);
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), CACHED);
}

static void
a_page_read_after_the_tick_is_new(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = open_own(fixture, PID_A, "proc/meminfo");

    shows(fixture, &read, TOTAL_A);
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 512u << 20);
    machine_set_now(NEXT - 1);
    shows(fixture, &read, TOTAL_A);
    machine_set_now(NEXT);
    shows(fixture, &read, TOTAL_B);
}

static void
each_tick_has_another_time_of_change_and_none_is_valid_for_longer(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/meminfo");
    struct fuse_attr_out first = attributes(*state, &read), same, next;

    machine_set_now(NEXT - 1);
    same = attributes(*state, &read);
    machine_set_now(NEXT);
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
    const Fixture *fixture = *state;
    KernelRead read = open_own(fixture, PID_A, "proc/meminfo");
    struct fuse_attr_out out = attributes(fixture, &read);
    struct fuse_entry_out entry;
    struct fuse_attr others;

    assert_int_equal(kernel_walk(fixture->kernel, PID_A2, "proc/meminfo", &entry), 0);
    assert_int_equal(kernel_getattr(fixture->kernel, PID_B, read.node, &others), 0);
    assert_memory_equal(&entry.attr, &out.attr, sizeof out.attr);
    assert_memory_equal(&others, &out.attr, sizeof out.attr);
}

static void
what_has_no_page_has_the_time_it_had(void **state)
{
    KernelRead read = open_own(*state, PID_A, "proc/vmstat");
    struct fuse_attr_out first = attributes(*state, &read), next;

    machine_set_now(NEXT);
    next = attributes(*state, &read);
    assert_int_equal(first.attr_valid, 1);
    assert_true(first.attr.mtime == next.attr.mtime && first.attr.mtimensec == next.attr.mtimensec);
}

static void
a_text_is_as_long_as_the_file_however_its_numbers_grow(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = open_own(fixture, PID_A, "proc/stat");
    struct fuse_attr_out out = attributes(fixture, &read);
    uint64_t usage = 30000; /* 1 to 10 digits of ticks */

    for (unsigned i = 0; i < 10; i++, usage *= 10) {
        g_autofree char *text = NULL;

        machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/cpu.stat",
                      "usage_usec %" G_GUINT64_FORMAT "\nuser_usec %" G_GUINT64_FORMAT
                      "\nsystem_usec 0\nnr_periods 1\nnr_throttled 0\nthrottled_usec 0\n",
                      usage, usage);
        machine_set_now(MACHINE_NOW + usage);
        text = text_of(fixture, &read);
        assert_int_equal(strlen(text), out.attr.size);
        assert_true(g_str_has_prefix(text, "cpu ") && g_str_has_suffix(text, " \n"));
        assert_int_equal(attributes(fixture, &read).attr.size, out.attr.size);
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
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), CACHED);
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
    assert_int_equal(flags_as(*state, PID_A, PID_A, "proc/meminfo"), CACHED);
}

static void
nor_that_of_a_file_that_is_asked_for_each_time(void **state)
{
    const Fixture *fixture = *state;
    KernelRead read, others;

    read = open_own(fixture, PID_A, "sys/devices/system/cpu/online");
    read.for_pages = true;
    g_free(text_of(*state, &read));
    others = open_as(*state, PID_A, PID_B, "sys/devices/system/cpu/online", NULL);
    assert_int_equal(error_of(*state, &read), -EINVAL);
    others.for_pages = true;
    assert_int_equal(error_of(*state, &others), -EINVAL);
}

static void
move_time(const Fixture *fixture, int pid, unsigned seconds)
{
    g_autofree char *path = g_strdup_printf("proc/%d/timens_offsets", pid);

    machine_set_namespace(fixture->kernel->machine, pid, "time", 77);
    machine_write(fixture->kernel->machine, path, "monotonic %u 0\nboottime %u 0\n", seconds,
                  seconds);
}

static void
a_reader_with_another_time_has_his_own_uptime(void **state)
{
    Fixture *fixture = *state;
    KernelRead first, other;

    move_time(fixture, PID_A2, 100000);
    first = open_own(fixture, PID_A, "proc/uptime");
    other = open_own(fixture, PID_A2, "proc/uptime");
    assert_true(first.for_pages && !other.for_pages);
    shows(fixture, &first, "1000.00 ");
    shows(fixture, &other, "105000.00 ");
    other.for_pages = true;
    assert_int_equal(error_of(fixture, &other), -EINVAL);
    /* Of the memory there is only one. */
    assert_int_equal(flags_as(fixture, PID_A, PID_A2, "proc/meminfo"), CACHED);
}

static void
the_page_of_a_container_with_its_own_time_has_that(void **state)
{
    Fixture *fixture = *state;
    KernelRead read;

    move_time(fixture, PID_A, 100000);
    read = open_own(fixture, PID_A, "proc/uptime");
    assert_true(read.for_pages);
    read.pid = PID_B;
    shows(fixture, &read, "105000.00 ");
}

static void
a_32_bit_reader_has_a_cpuinfo_of_his_own(void **state)
{
    Fixture *fixture = *state;

    machine_write(fixture->kernel->machine, "proc/202/personality", "00000008\n");
    assert_int_equal(flags_as(fixture, PID_A, PID_A2, "proc/cpuinfo"), DIRECT);
    assert_int_equal(flags_as(fixture, PID_A, PID_A2, "proc/meminfo"), CACHED);
    assert_int_equal(flags_as(fixture, PID_A, PID_A, "proc/cpuinfo"), CACHED);
}

static void
a_container_that_was_removed_is_stale(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = open_own(fixture, PID_A, "proc/meminfo");
    struct fuse_attr_out out;

    shows(fixture, &read, TOTAL_A);
    machine_remove(fixture->kernel->machine, "sys/fs/cgroup/a");
    machine_set_now(NEXT);
    assert_int_equal(error_of(fixture, &read), -ESTALE);
    assert_int_equal(stat_open(fixture, &read, &out), -ESTALE);
}

static void
another_in_its_place_is_not_taken_for_it(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = open_own(fixture, PID_A, "proc/meminfo");
    g_autofree char *from = g_build_filename(fixture->kernel->machine->path, "sys/fs/cgroup", NULL);
    g_autofree char *a = g_build_filename(from, "a", NULL), *b = g_build_filename(from, "b", NULL);

    machine_remove(fixture->kernel->machine, "sys/fs/cgroup/a");
    assert_int_equal(rename(b, a), 0);
    machine_set_now(NEXT);
    assert_int_equal(error_of(fixture, &read), -ESTALE);
}

static void
who_has_the_node_of_a_removed_container_still_has_his_own(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = open_as(fixture, PID_A, PID_B, "proc/meminfo", NULL);

    machine_remove(fixture->kernel->machine, "sys/fs/cgroup/a");
    machine_set_now(NEXT);
    (void)attributes(fixture, &read);
    shows(fixture, &read, TOTAL_B);
}

static void
a_container_of_which_nobody_knows_any_more_is_stale(void **state)
{
    const Fixture *fixture = *state;
    KernelRead read = open_own(fixture, PID_A, "proc/meminfo");

    read.node += UINT64_C(0xabcdef) << 24;
    assert_int_equal(error_of(fixture, &read), -ESTALE);
}

static void
who_cannot_be_told_his_numbers_is_told_why_when_he_reads(void **state)
{
    Fixture *fixture = *state;
    KernelRead read;

    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/memory.max", "lots\n");
    read = open_own(fixture, PID_A, "proc/meminfo");
    assert_false(read.for_pages);
    assert_int_equal(error_of(fixture, &read), -EIO);
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
    const Fixture *fixture = *state;
    KernelRead read = open_own(fixture, PID_A, "proc/meminfo");

    g_free(text_of(fixture, &read));
    close_file(fixture, &read);
    forget(fixture->kernel, read.node);
    assert_int_equal(flags_as(fixture, PID_A, PID_A, "proc/meminfo"), CACHED);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(its_container_opens_a_file_through_the_page),
        TEST(what_may_grow_beyond_all_bounds_is_asked_for_each_time),
        TEST(another_container_has_its_own_numbers_of_the_same_node),
        TEST(nobody_opens_a_page_of_the_hosts),
        TEST(a_reader_whom_nobody_knows_opens_no_page),
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
        TEST(who_cannot_be_told_his_numbers_is_told_why_when_he_reads),
        TEST(what_the_kernel_forgot_is_told_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
