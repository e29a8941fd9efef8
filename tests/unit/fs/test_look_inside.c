/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The real thing, on the machine that runs the test: a child in a cgroup namespace of its own. */

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "fs/reader/reader.h"
#include "tests/unit/child.h"
#include "tests/unit/cmocka.h"

#include <fcntl.h>
#include <sched.h>

#define LOOKS 200

/* Not everybody may. */
static bool
make_namespace(void)
{
    return unshare(CLONE_NEWCGROUP) == 0;
}

static int
open_child(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d", (int)pid);

    return io_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, NULL);
}

static char *
own_namespace(void)
{
    char link[64] = "";

    assert_true(readlink("/proc/thread-self/ns/cgroup", link, sizeof link - 1) > 0);
    return g_strdup(link);
}

/* What a member sees: every path is "/", because it made the namespace where it is. */
static void
expect_roots(int dir)
{
    g_autoptr(GError) error = NULL;
    g_auto(CgroupPaths) paths = {0};
    g_autofree char *text = NULL;
    size_t len;

    text = reader_look_inside(dir, &len, &error);
    g_assert_no_error(error);
    assert_true(cgroup_paths_parse(text, len, &paths, NULL));
    assert_true(cgroup_paths_are_root(&paths));
}

static gpointer
look_often(gpointer data)
{
    for (unsigned i = 0; i < LOOKS; i++)
        expect_roots(*(const int *)data);
    return NULL;
}

static void
a_member_sees_its_namespaces_root(void **state)
{
    g_autofree char *before = own_namespace(), *after = NULL;
    pid_t pid = child_start(make_namespace);
    autofd dir = -1;

    (void)state;
    if (pid < 0)
        skip();
    dir = open_child(pid);
    expect_roots(dir);
    after = own_namespace();
    assert_string_equal(before, after);
    child_end(pid);
}

/* The kernel writes what cgroup_paths_are_shown() expects. */
static void
the_daemon_is_seen_from_the_namespaces_root(void **state)
{
    g_auto(CgroupPaths) root = {0}, own = {0}, shown = {0};
    g_autofree char *text = NULL, *seen = NULL;
    g_autoptr(GError) error = NULL;
    pid_t pid = child_start(make_namespace);
    size_t len, seen_len;
    autofd dir = -1;

    (void)state;
    if (pid < 0)
        skip();
    dir = open_child(pid);
    text = reader_look_back(dir, &len, &error);
    g_assert_no_error(error);
    seen = io_read_at(AT_FDCWD, "/proc/self/cgroup", &seen_len, NULL);
    assert_true(cgroup_paths_parse(text, len, &shown, NULL));
    assert_true(cgroup_paths_parse(seen, seen_len, &own, NULL));
    cgroup_paths_copy(&own, &root); /* the child made its namespace where we are */
    assert_true(cgroup_paths_are_shown(&root, &own, &shown));
    child_end(pid);
}

static void
many_may_look_at_once(void **state)
{
    GThread *threads[4];
    pid_t pid = child_start(make_namespace);
    autofd dir = -1;

    (void)state;
    if (pid < 0)
        skip();
    dir = open_child(pid);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("look", look_often, &dir);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        (void)g_thread_join(threads[i]);
    child_end(pid);
}

static void
who_has_ended_cannot_be_looked_at(void **state)
{
    g_autoptr(GError) error = NULL;
    pid_t pid = child_start(make_namespace);
    autofd dir = -1;
    size_t len;

    (void)state;
    if (pid < 0)
        skip();
    dir = open_child(pid);
    child_end(pid);
    assert_null(reader_look_inside(dir, &len, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_sees_its_namespaces_root),
        cmocka_unit_test(the_daemon_is_seen_from_the_namespaces_root),
        cmocka_unit_test(many_may_look_at_once),
        cmocka_unit_test(who_has_ended_cannot_be_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
