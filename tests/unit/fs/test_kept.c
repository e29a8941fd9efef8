/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "fs/source/kept.h"
#include "tests/unit/cmocka.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>

static unsigned
open_files(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(dir))
        n++;
    return n;
}

static void
a_kept_file_is_opened_once(void **state)
{
    autofd proc = io_open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, NULL);
    unsigned before;

    (void)state;
    g_free(kept_read(proc, "stat", NULL, NULL));
    before = open_files();
    for (int i = 0; i < 10; i++)
        g_free(kept_read(proc, "stat", NULL, NULL));
    assert_int_equal(open_files(), before);
}

static void
a_kept_file_is_read_anew_each_time(void **state)
{
    autofd proc = io_open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, NULL);
    g_autofree char *first = kept_read(proc, "uptime", NULL, NULL), *second = NULL;

    (void)state;
    g_usleep(30000);
    second = kept_read(proc, "uptime", NULL, NULL);
    assert_string_not_equal(first, second);
}

/* What a cgroup does when it is removed, a process does when it ends. */
static void
what_is_gone_is_gone_though_it_was_kept(void **state)
{
    pid_t pid = fork();
    g_autofree char *path = g_strdup_printf("/proc/%d", (int)pid);
    g_autoptr(GError) error = NULL;
    autofd dir = -1;

    (void)state;
    if (pid == 0) {
        (void)pause();
        _exit(0);
    }
    dir = io_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, NULL);
    for (int i = 0; i < 2; i++) {
        g_autofree char *text = kept_read(dir, "cgroup", NULL, NULL);

        assert_non_null(text);
    }
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    assert_null(kept_read(dir, "cgroup", NULL, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
}

static void
a_file_that_can_be_replaced_is_not_kept(void **state)
{
    g_autofree char *path = g_dir_make_tmp("kept-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(path, "stat", NULL);
    g_autofree char *first = NULL, *second = NULL;
    autofd dir = io_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, NULL);

    (void)state;
    assert_true(g_file_set_contents(file, "one", -1, NULL));
    first = kept_read(dir, "stat", NULL, NULL);
    assert_true(g_file_set_contents(file, "two", -1, NULL)); /* writes another and renames it */
    second = kept_read(dir, "stat", NULL, NULL);
    assert_string_equal(first, "one");
    assert_string_equal(second, "two");
    (void)g_unlink(file);
    (void)g_rmdir(path);
}

static void
files_of_one_name_are_told_apart_by_their_directories(void **state)
{
    autofd proc = io_open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, NULL);
    autofd self = io_open_at(AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY, NULL);
    g_autofree char *machine = kept_read(proc, "stat", NULL, NULL);
    g_autofree char *process = kept_read(self, "stat", NULL, NULL);

    (void)state;
    assert_true(g_str_has_prefix(machine, "cpu "));
    assert_false(g_str_has_prefix(process, "cpu "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kept_file_is_opened_once),
        cmocka_unit_test(a_kept_file_is_read_anew_each_time),
        cmocka_unit_test(what_is_gone_is_gone_though_it_was_kept),
        cmocka_unit_test(a_file_that_can_be_replaced_is_not_kept),
        cmocka_unit_test(files_of_one_name_are_told_apart_by_their_directories),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
