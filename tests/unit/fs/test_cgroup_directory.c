/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc stands for a hierarchy: what a process does when it ends, a cgroup does when it is removed,
 * and "self" is a path that another may have the next time. */

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "fs/source/cgroup_directory.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"
#include "tests/unit/open_files.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

static char slash[] = "/", proc_name[] = "/proc";

static CgroupHierarchy
hierarchy_at(const char *path)
{
    return (CgroupHierarchy){.version = 2,
                             .fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
                             .root = slash,
                             .mount_point = proc_name};
}

/* "" if there is none. */
static char *
read_in(CgroupDirectory *directory, const char *file)
{
    g_autoptr(GError) error = NULL;
    HostText text = {0};

    (void)cgroup_directory_read(directory, file, &text, &error);
    assert_null(error);
    return text.text ? text.text : g_strdup("");
}

static char *
read_at(const CgroupHierarchy *hierarchy, const char *path, const char *file)
{
    g_autoptr(CgroupDirectory) directory = cgroup_directory_open(hierarchy, path, NULL);

    assert_non_null(directory);
    return read_in(directory, file);
}

static char *
read_shared(CgroupDirectory *directory, const char *file, uint64_t tick)
{
    HostText text = {0};

    assert_true(cgroup_directory_read_shared(directory, file, tick, &text, NULL));
    return text.text;
}

/* In a process of its own: how many may be kept is asked once. */
static void
read_a_lot(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/sys/kernel", 0, NULL);
    CgroupHierarchy hierarchy = hierarchy_at("/proc/sys");
    g_autoptr(CgroupDirectory) directory = NULL;
    unsigned before = open_files(), n = 0;
    struct rlimit all, few;
    const char *name;

    (void)getrlimit(RLIMIT_NOFILE, &all);
    few = (struct rlimit){64, all.rlim_max};
    (void)setrlimit(RLIMIT_NOFILE, &few);
    directory = cgroup_directory_open(&hierarchy, "/kernel", NULL);
    while ((name = g_dir_read_name(dir))) {
        HostText text = {0};

        n += cgroup_directory_read(directory, name, &text, NULL);
        host_text_clear(&text);
    }
    (void)setrlimit(RLIMIT_NOFILE, &all); /* counting takes one more */
    _exit(n > 40 && open_files() <= before + 1 + 25 ? 0 : 1);
}

static void
no_more_is_kept_than_forty_percent_of_what_may_be_opened(void **state)
{
    pid_t pid = fork();
    int status;

    (void)state;
    if (pid == 0)
        read_a_lot();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void
a_directory_and_its_files_are_opened_once(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    unsigned before = open_files();

    (void)state;
    for (int i = 0; i < 10; i++) {
        g_free(read_at(&hierarchy, "/self", "stat"));
        assert_int_equal(open_files(), before + 2);
    }
    fd_clear(&hierarchy.fd);
}

static void
a_kept_file_is_read_anew_each_time(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    g_autofree char *first = read_at(&hierarchy, "/", "uptime"), *second = NULL;

    (void)state;
    g_usleep(30000);
    second = read_at(&hierarchy, "/", "uptime");
    assert_string_not_equal(first, second);
    fd_clear(&hierarchy.fd);
}

static void
what_is_gone_is_gone_though_it_was_kept(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    pid_t pid = fork();
    g_autofree char *path = g_strdup_printf("/%d", (int)pid);
    g_autoptr(CgroupDirectory) directory = NULL;
    g_autoptr(GError) error = NULL;
    HostText text = {0};

    (void)state;
    if (pid == 0) {
        (void)pause();
        _exit(0);
    }
    directory = cgroup_directory_open(&hierarchy, path, NULL);
    for (int i = 0; i < 2; i++)
        g_free(read_in(directory, "cgroup"));
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    assert_false(cgroup_directory_read(directory, "cgroup", &text, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
    g_clear_error(&error);
    assert_null(cgroup_directory_open(&hierarchy, path, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
    fd_clear(&hierarchy.fd);
}

static void
a_path_that_another_has_now_is_the_others(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    g_autofree char *mine = read_at(&hierarchy, "/self", "stat");
    pid_t pid;
    int status;

    (void)state;
    assert_int_equal(atoi(mine), getpid());
    pid = fork();
    if (pid == 0) {
        g_autofree char *others = read_at(&hierarchy, "/self", "stat");

        _exit(atoi(others) == getpid() ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    fd_clear(&hierarchy.fd);
}

static void
where_a_file_can_be_replaced_nothing_is_kept(void **state)
{
    g_autofree char *folder = folder_new(), *first = NULL, *second = NULL;
    g_autofree char *file = folder_inside(folder, "docker/a/memory.max");
    CgroupHierarchy hierarchy = hierarchy_at(folder);

    (void)state;
    assert_true(g_file_set_contents(file, "1", -1, NULL));
    first = read_at(&hierarchy, "/docker/a", "memory.max");
    assert_true(g_file_set_contents(file, "2", -1, NULL)); /* writes another and renames it */
    second = read_at(&hierarchy, "/docker/a", "memory.max");
    assert_string_equal(first, "1");
    assert_string_equal(second, "2");
    fd_clear(&hierarchy.fd);
    folder_remove(folder);
}

static void
files_of_one_name_are_told_apart_by_their_directories(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    g_autofree char *machine = read_at(&hierarchy, "/", "stat");
    g_autofree char *process = read_at(&hierarchy, "/self", "stat");

    (void)state;
    assert_true(g_str_has_prefix(machine, "cpu "));
    assert_false(g_str_has_prefix(process, "cpu "));
    fd_clear(&hierarchy.fd);
}

static void
the_one_above_is_found_and_then_known(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    g_autoptr(CgroupDirectory) task = cgroup_directory_open(&hierarchy, "/self/task", NULL);
    g_autoptr(CgroupDirectory) self = cgroup_directory_open(&hierarchy, "/self", NULL);

    (void)state;
    for (int i = 0; i < 2; i++) {
        g_autoptr(CgroupDirectory) parent = cgroup_directory_parent(task, NULL);

        assert_ptr_equal(parent, self);
        assert_true(cgroup_directory_id(parent) == cgroup_directory_id(self));
    }
    fd_clear(&hierarchy.fd);
}

static void
what_was_read_in_a_tick_is_shared_until_its_end(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    g_autoptr(CgroupDirectory) above = cgroup_directory_open(&hierarchy, "/", NULL);
    g_autofree char *first = read_shared(above, "uptime", 1), *same = NULL, *next = NULL;

    (void)state;
    g_usleep(30000);
    same = read_shared(above, "uptime", 1);
    next = read_shared(above, "uptime", 2);
    assert_string_equal(first, same);
    assert_string_not_equal(first, next);
    fd_clear(&hierarchy.fd);
}

static void
without_a_tick_nothing_is_shared(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    g_autoptr(CgroupDirectory) above = cgroup_directory_open(&hierarchy, "/", NULL);
    g_autofree char *first = read_shared(above, "uptime", 0), *second = NULL;

    (void)state;
    g_usleep(30000);
    second = read_shared(above, "uptime", 0);
    assert_string_not_equal(first, second);
    fd_clear(&hierarchy.fd);
}

static void
a_late_reader_of_an_earlier_tick_takes_nothing_back(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    g_autoptr(CgroupDirectory) above = cgroup_directory_open(&hierarchy, "/", NULL);
    g_autofree char *latest = read_shared(above, "uptime", 9), *late = NULL, *same = NULL;

    (void)state;
    g_usleep(30000);
    late = read_shared(above, "uptime", 8);
    same = read_shared(above, "uptime", 9);
    assert_string_not_equal(late, latest);
    assert_string_equal(same, latest);
    fd_clear(&hierarchy.fd);
}

static void
a_fact_is_told_once(void **state)
{
    CgroupHierarchy hierarchy = hierarchy_at("/proc");
    g_autoptr(CgroupDirectory) task = cgroup_directory_open(&hierarchy, "/self/task", NULL);
    g_autoptr(CgroupDirectory) again = cgroup_directory_open(&hierarchy, "/self/task", NULL);

    (void)state;
    assert_int_equal(cgroup_directory_fact(task), -1);
    cgroup_directory_set_fact(task, true);
    assert_int_equal(cgroup_directory_fact(again), 1);
    fd_clear(&hierarchy.fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            no_more_is_kept_than_forty_percent_of_what_may_be_opened), /* first: see there */
        cmocka_unit_test(a_directory_and_its_files_are_opened_once),
        cmocka_unit_test(a_kept_file_is_read_anew_each_time),
        cmocka_unit_test(what_is_gone_is_gone_though_it_was_kept),
        cmocka_unit_test(a_path_that_another_has_now_is_the_others),
        cmocka_unit_test(where_a_file_can_be_replaced_nothing_is_kept),
        cmocka_unit_test(files_of_one_name_are_told_apart_by_their_directories),
        cmocka_unit_test(the_one_above_is_found_and_then_known),
        cmocka_unit_test(without_a_tick_nothing_is_shared), /* before there was one */
        cmocka_unit_test(what_was_read_in_a_tick_is_shared_until_its_end),
        cmocka_unit_test(a_late_reader_of_an_earlier_tick_takes_nothing_back),
        cmocka_unit_test(a_fact_is_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
