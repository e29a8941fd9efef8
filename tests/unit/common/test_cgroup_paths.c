/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cgroup_paths.h"
#include "common/error.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static CgroupPaths
paths_of(const char *text)
{
    CgroupPaths paths;

    assert_true(cgroup_paths_parse(text, strlen(text), &paths, NULL));
    return paths;
}

static const char docker_v1[] = "12:cpu,cpuacct:/docker/1f0c\n"
                                "4:memory:/docker/1f0c\n"
                                "1:name=systemd:/docker/1f0c\n"
                                "0::/system.slice/containerd.service\n";

static void
co_mounted_controllers_share_a_path(void **state)
{
    g_auto(CgroupPaths) paths = paths_of(docker_v1);

    (void)state;
    assert_string_equal(paths.v1[CGROUP_CPU], "/docker/1f0c");
    assert_string_equal(paths.v1[CGROUP_CPUACCT], "/docker/1f0c");
    assert_string_equal(paths.v1[CGROUP_MEMORY], "/docker/1f0c");
    assert_null(paths.v1[CGROUP_PIDS]);
    assert_string_equal(paths.unified, "/system.slice/containerd.service");
}

static void
a_path_may_contain_colons_and_blanks(void **state)
{
    g_auto(CgroupPaths) paths = paths_of("0::/a:b/c d\n");

    (void)state;
    assert_string_equal(paths.unified, "/a:b/c d");
}

static void
garbage_is_refused(void **state)
{
    static const char *const bad[] = {"0:",         "0::", "0::relative\n",
                                      "nonsense\n", "\n",  "1:memory\n"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        CgroupPaths paths;

        assert_false(cgroup_paths_parse(bad[i], strlen(bad[i]), &paths, &error));
        assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
    }
}

static void
only_slashes_are_the_root(void **state)
{
    g_auto(CgroupPaths) root = paths_of("4:memory:/\n0::/\n");
    g_auto(CgroupPaths) below = paths_of("4:memory:/x\n0::/\n");

    (void)state;
    assert_true(cgroup_paths_are_root(&root));
    assert_false(cgroup_paths_are_root(&below));
}

static void
the_namespace_root_is_what_the_inside_does_not_show(void **state)
{
    g_auto(CgroupPaths) seen = paths_of("4:memory:/docker/1f0c/sub\n0::/pod/1f0c\n");
    g_auto(CgroupPaths) inside = paths_of("4:memory:/sub\n0::/\n");
    g_auto(CgroupPaths) root = {0};

    (void)state;
    assert_true(cgroup_paths_subtract(&seen, &inside, &root));
    assert_string_equal(root.v1[CGROUP_MEMORY], "/docker/1f0c");
    assert_string_equal(root.unified, "/pod/1f0c");
}

static void
a_namespace_may_be_rooted_at_the_top(void **state)
{
    g_auto(CgroupPaths) seen = paths_of("0::/a\n"), inside = paths_of("0::/a\n"), root = {0};

    (void)state;
    assert_true(cgroup_paths_subtract(&seen, &inside, &root));
    assert_string_equal(root.unified, "/");
}

static void
a_reader_outside_his_namespace_has_no_root(void **state)
{
    static const char *const inside_texts[] = {"0::/..\n", "0::/../b\n", "0::/c\n", "0::/ub\n"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(inside_texts); i++) {
        g_auto(CgroupPaths) seen = paths_of("0::/a/sub\n");
        g_auto(CgroupPaths) inside = paths_of(inside_texts[i]);
        CgroupPaths root;

        assert_false(cgroup_paths_subtract(&seen, &inside, &root));
    }
}

static void
a_cgroup_may_be_called_dot_dot_something(void **state)
{
    g_auto(CgroupPaths) seen = paths_of("0::/a/..b\n"), inside = paths_of("0::/..b\n"), root = {0};

    (void)state;
    assert_true(cgroup_paths_subtract(&seen, &inside, &root));
    assert_string_equal(root.unified, "/a");
}

static void
a_namespace_shows_who_is_elsewhere_by_the_way_there(void **state)
{
    static const struct {
        const char *root, *seen, *inside;
    } cases[] = {
        {"0::/", "0::/a", "0::/a"},
        {"0::/a", "0::/a", "0::/"},
        {"0::/a", "0::/a/b", "0::/b"},
        {"0::/a/b", "0::/", "0::/../.."},
        {"0::/a/b", "0::/a/c/d", "0::/../c/d"},
        {"0::/ab", "0::/ac", "0::/../ac"},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(CgroupPaths) root = paths_of(cases[i].root), seen = paths_of(cases[i].seen);
        g_auto(CgroupPaths) inside = paths_of(cases[i].inside), other = paths_of("0::/x");

        assert_true(cgroup_paths_are_shown(&root, &seen, &inside));
        assert_false(cgroup_paths_are_shown(&root, &seen, &other));
    }
}

static void
each_hierarchy_has_to_be_shown(void **state)
{
    g_auto(CgroupPaths) root = paths_of("4:memory:/a\n0::/\n");
    g_auto(CgroupPaths) seen = paths_of("4:memory:/\n0::/\n");
    g_auto(CgroupPaths) inside = paths_of("4:memory:/..\n0::/\n");
    g_auto(CgroupPaths) less = paths_of("0::/\n"), wrong = paths_of("4:memory:/\n0::/\n");

    (void)state;
    assert_true(cgroup_paths_are_shown(&root, &seen, &inside));
    assert_false(cgroup_paths_are_shown(&root, &seen, &less));
    assert_false(cgroup_paths_are_shown(&root, &seen, &wrong));
}

static void
below_means_whole_components(void **state)
{
    (void)state;
    assert_true(cgroup_path_is_below("/a/b", "/a"));
    assert_true(cgroup_path_is_below("/a", "/a"));
    assert_true(cgroup_path_is_below("/a", "/"));
    assert_false(cgroup_path_is_below("/ab", "/a"));
    assert_false(cgroup_path_is_below("/", "/a"));
}

static void
a_process_is_below_a_cgroup_if_it_is_in_each_hierarchy(void **state)
{
    g_auto(CgroupPaths) paths = paths_of("5:memory:/pod/c/init.scope\n4:cpu,cpuacct:/pod/c\n"
                                         "0::/pod/c/init.scope\n");
    g_auto(CgroupPaths) strayed = paths_of("5:memory:/pod/c\n0::/pod/cc\n");

    (void)state;
    assert_true(cgroup_paths_are_below(&paths, "/pod/c"));
    assert_false(cgroup_paths_are_below(&paths, "/pod/c/init.scope"));
    assert_false(cgroup_paths_are_below(&strayed, "/pod/c"));
}

static void
copies_are_their_own(void **state)
{
    g_auto(CgroupPaths) paths = paths_of(docker_v1), copy = {0};

    (void)state;
    cgroup_paths_copy(&paths, &copy);
    cgroup_paths_clear(&paths);
    assert_string_equal(copy.v1[CGROUP_MEMORY], "/docker/1f0c");
}

static void
each_version_has_its_own_names(void **state)
{
    (void)state;
    assert_string_equal(cgroup_controller_name(CGROUP_IO, 1), "blkio");
    assert_string_equal(cgroup_controller_name(CGROUP_IO, 2), "io");
    assert_null(cgroup_controller_name(CGROUP_CPUACCT, 2));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(co_mounted_controllers_share_a_path),
        cmocka_unit_test(a_path_may_contain_colons_and_blanks),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(only_slashes_are_the_root),
        cmocka_unit_test(the_namespace_root_is_what_the_inside_does_not_show),
        cmocka_unit_test(a_namespace_may_be_rooted_at_the_top),
        cmocka_unit_test(a_reader_outside_his_namespace_has_no_root),
        cmocka_unit_test(a_cgroup_may_be_called_dot_dot_something),
        cmocka_unit_test(a_namespace_shows_who_is_elsewhere_by_the_way_there),
        cmocka_unit_test(each_hierarchy_has_to_be_shown),
        cmocka_unit_test(below_means_whole_components),
        cmocka_unit_test(a_process_is_below_a_cgroup_if_it_is_in_each_hierarchy),
        cmocka_unit_test(copies_are_their_own),
        cmocka_unit_test(each_version_has_its_own_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
