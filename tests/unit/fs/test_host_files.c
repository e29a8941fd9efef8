/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"
#include "common/fd.h"
#include "fs/source/host_files.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"
#include "tests/unit/open_files.h"

#include <fcntl.h>

/* A machine in a folder, and its files. */
typedef struct {
    char *folder;
    int root_fd;
    HostFiles *files;
} Host;

static int
host_make(void **state)
{
    Host *host = g_new0(Host, 1);

    host->folder = folder_new();
    folder_write(host->folder, "proc/cpuinfo", "processor\t: 0\n\n");
    folder_write(host->folder, "proc/stat", "cpu  1 1 1 1\ncpu0 1 1 1 1\nbtime 7\n");
    host->root_fd = open(host->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    host->files = host_files_new(host->root_fd);
    *state = host;
    return 0;
}

static int
host_remove(void **state)
{
    Host *host = *state;

    host_files_free(host->files);
    fd_clear(&host->root_fd);
    folder_remove(host->folder);
    g_free(host->folder);
    g_free(host);
    return 0;
}

static void
set_free(const Host *host, const char *free)
{
    g_autofree char *text = g_strdup_printf("MemTotal: 9 kB\nMemFree: %s kB\n", free);

    folder_write(host->folder, "proc/meminfo", text);
}

/* MemFree, in kB. */
static uint64_t
free_in(const Host *host, uint64_t tick)
{
    const HostFile *file = host_files_get(host->files, HOST_MEMINFO, tick, NULL);
    uint64_t free = file->memory.free / 1024;

    host_file_unref(file);
    return free;
}

static void
a_file_is_read_once_in_a_tick(void **state)
{
    const Host *host = *state;

    set_free(host, "1");
    assert_int_equal(free_in(host, 100), 1);
    set_free(host, "2");
    assert_int_equal(free_in(host, 100), 1);
}

static void
the_next_tick_reads_anew(void **state)
{
    const Host *host = *state;

    set_free(host, "1");
    assert_int_equal(free_in(host, 100), 1);
    set_free(host, "2");
    assert_int_equal(free_in(host, 200), 2);
}

static void
without_a_tick_each_reads_for_himself(void **state)
{
    const Host *host = *state;

    set_free(host, "1");
    assert_int_equal(free_in(host, 0), 1);
    set_free(host, "2");
    assert_int_equal(free_in(host, 0), 2);
}

static void
who_comes_late_from_an_earlier_tick_takes_nothing_back(void **state)
{
    const Host *host = *state;

    set_free(host, "1");
    assert_int_equal(free_in(host, 200), 1);
    set_free(host, "2");
    assert_int_equal(free_in(host, 100), 2);
    set_free(host, "3");
    assert_int_equal(free_in(host, 200), 1);
}

static void
who_holds_a_file_keeps_it_as_it_was(void **state)
{
    const Host *host = *state;
    const HostFile *held;

    set_free(host, "1");
    held = host_files_get(host->files, HOST_MEMINFO, 100, NULL);
    set_free(host, "2");
    assert_int_equal(free_in(host, 200), 2);
    assert_int_equal(held->memory.free, 1024);
    assert_string_equal(held->text.text, "MemTotal: 9 kB\nMemFree: 1 kB\n");
    host_file_unref(held);
}

static void
the_cpus_come_parsed(void **state)
{
    const Host *host = *state;
    const HostFile *file = host_files_get(host->files, HOST_STAT, 100, NULL);

    assert_int_equal(file->cpu.n, 1);
    assert_int_equal(file->cpu.btime, 7);
    host_file_unref(file);
}

static void
cpuinfo_of_32_bit_readers_is_their_own(void **state)
{
    const Host *host = *state;
    const HostFile *file = host_files_get(host->files, HOST_CPUINFO, 100, NULL), *other;

    folder_write(host->folder, "proc/cpuinfo", "for 32 bits\n");
    other = host_files_get(host->files, HOST_CPUINFO32, 100, NULL);
    assert_string_equal(file->text.text, "processor\t: 0\n\n");
    assert_string_equal(other->text.text, "for 32 bits\n");
    host_file_unref(file);
    host_file_unref(other);
}

static void
what_this_kernel_does_not_have_is_gone(void **state)
{
    const Host *host = *state;
    g_autoptr(GError) error = NULL;

    assert_null(host_files_get(host->files, HOST_PRESSURE_IRQ, 100, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
}

static void
what_is_malformed_is_nobody_elses(void **state)
{
    const Host *host = *state;
    g_autoptr(GError) error = NULL;

    set_free(host, "garbage");
    assert_null(host_files_get(host->files, HOST_MEMINFO, 100, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
    set_free(host, "1");
    assert_int_equal(free_in(host, 100), 1);
}

static void
files_of_procfs_are_opened_once_and_closed_in_the_end(void **state)
{
    autofd root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    HostFiles *files = host_files_new(root);
    unsigned before = open_files();

    (void)state;
    for (uint64_t tick = 1; tick <= 10; tick++)
        host_file_unref(host_files_get(files, HOST_STAT, tick, NULL));
    assert_int_equal(open_files(), before + 1);
    host_files_free(files);
    assert_int_equal(open_files(), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, host_make, host_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_read_once_in_a_tick),
        TEST(the_next_tick_reads_anew),
        TEST(without_a_tick_each_reads_for_himself),
        TEST(who_comes_late_from_an_earlier_tick_takes_nothing_back),
        TEST(who_holds_a_file_keeps_it_as_it_was),
        TEST(the_cpus_come_parsed),
        TEST(cpuinfo_of_32_bit_readers_is_their_own),
        TEST(what_this_kernel_does_not_have_is_gone),
        TEST(what_is_malformed_is_nobody_elses),
        cmocka_unit_test(files_of_procfs_are_opened_once_and_closed_in_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
