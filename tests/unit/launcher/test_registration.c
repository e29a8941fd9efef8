/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/bind_list.h"
#include "launcher/registration.h"
#include "tests/unit/cmocka.h"

#include <string.h>

/* A machine whose controllers are at @points, all shown from @root; NULL: not mounted. */
typedef struct {
    unsigned version;
    const char *root;
    const char *points[CGROUP_N_CONTROLLERS];
    bool no_unified;
} Mounted;

static CgroupLayout
layout_of(const Mounted *mounted)
{
    CgroupLayout layout = {0};

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (mounted->points[i])
            layout.controllers[i] = (CgroupHierarchy){mounted->version, -1, (char *)mounted->root,
                                                      (char *)mounted->points[i]};
    if (!mounted->no_unified)
        layout.unified = (CgroupHierarchy){2, -1, (char *)"/", (char *)"/cg/unified"};
    return layout;
}

/* What a container named web is registered with whose launcher is in @own, as /proc/PID/cgroup
 * says; its plan has a directory where each of the @n controllers @planned is. */
static char *
request_of(const Mounted *mounted, const char *own, const CgroupController *planned, size_t n)
{
    CgroupLayout layout = layout_of(mounted);
    g_autoptr(GPtrArray) cgroups = g_ptr_array_new();
    PlanCgroup made[CGROUP_N_CONTROLLERS] = {0};
    Plan plan = {.name = (char *)"web", .cgroups = cgroups};
    g_auto(CgroupPaths) paths = {0}, result = {0};
    GString *request;

    for (size_t i = 0; i < n; i++) {
        made[i] = (PlanCgroup){.version = mounted->version, .controller = planned[i]};
        g_ptr_array_add(cgroups, &made[i]);
    }
    assert_true(cgroup_paths_parse(own, strlen(own), &paths, NULL));
    registration_paths(&plan, &layout, &paths, &result);
    request = registration_request("web", &result, NULL);
    return g_string_free(request, FALSE);
}

static void
on_v1_each_hierarchy_has_its_path(void **state)
{
    static const Mounted v1 = {
        1, "/", {[CGROUP_MEMORY] = "/cg/memory", [CGROUP_PIDS] = "/cg/pids"}};
    static const CgroupController planned[] = {CGROUP_MEMORY, CGROUP_PIDS};
    g_autofree char *request = request_of(&v1, "2:memory:/\n3:pids:/user\n", planned, 2);

    (void)state;
    assert_string_equal(request, "register\nid=web\ncgroup.memory=/ownproc/web\n"
                                 "cgroup.pids=/ownproc/web\n\n");
}

static void
where_the_plan_has_none_it_is_in_its_launchers(void **state)
{
    static const Mounted v1 = {1, "/", {[CGROUP_MEMORY] = "/cg/memory", [CGROUP_IO] = "/cg/io"}};
    static const CgroupController planned[] = {CGROUP_MEMORY};
    g_autofree char *request =
        request_of(&v1, "2:memory:/s\n3:blkio:/s\n0::/user.slice/a b\n", planned, 1);

    (void)state;
    assert_string_equal(request, "register\nid=web\ncgroup.memory=/ownproc/web\n"
                                 "cgroup.blkio=/s\ncgroup.unified=/user.slice/a%20b\n\n");
}

static void
controllers_mounted_together_have_one_path(void **state)
{
    static const Mounted v1 = {
        1, "/", {[CGROUP_MEMORY] = "/cg/both", [CGROUP_HUGETLB] = "/cg/both"}};
    static const CgroupController planned[] = {CGROUP_MEMORY};
    g_autofree char *request = request_of(&v1, "2:memory,hugetlb:/s\n", planned, 1);

    (void)state;
    assert_string_equal(request, "register\nid=web\ncgroup.memory=/ownproc/web\n"
                                 "cgroup.hugetlb=/ownproc/web\n\n");
}

static void
on_v2_there_is_one(void **state)
{
    static const Mounted v2 = {2, "/", {[CGROUP_MEMORY] = "/cg", [CGROUP_CPU] = "/cg"}};
    static const CgroupController planned[] = {CGROUP_MEMORY};
    g_autofree char *request = request_of(&v2, "0::/system.slice\n", planned, 1);

    (void)state;
    assert_string_equal(request, "register\nid=web\ncgroup.unified=/ownproc/web\n\n");
}

static void
what_a_mount_shows_as_its_root_is_before_the_path(void **state)
{
    static const Mounted v2 = {2, "/docker/1f0c", {[CGROUP_MEMORY] = "/cg"}};
    static const CgroupController planned[] = {CGROUP_MEMORY};
    g_autofree char *request = request_of(&v2, "0::/docker/1f0c\n", planned, 1);

    (void)state;
    assert_string_equal(request, "register\nid=web\ncgroup.unified=/docker/1f0c/ownproc/web\n\n");
}

static void
what_is_not_mounted_is_not_named(void **state)
{
    static const Mounted v1 = {1, "/", {[CGROUP_MEMORY] = "/cg/memory"}, true};
    static const CgroupController planned[] = {CGROUP_MEMORY};
    g_autofree char *request = request_of(&v1, "2:memory:/s\n3:blkio:/s\n0::/s\n", planned, 1);

    (void)state;
    assert_string_equal(request, "register\nid=web\ncgroup.memory=/ownproc/web\n\n");
}

static void
a_time_namespace_is_told_by_its_offset(void **state)
{
    const int64_t offset = -5300000;
    const CgroupPaths none = {0};
    GString *request = registration_request("web", &none, &offset);

    (void)state;
    assert_string_equal(request->str, "register\nid=web\nboottime_offset=-5300000\n\n");
    g_string_free(request, TRUE);
}

static void
the_end_names_the_container(void **state)
{
    GString *request = registration_end("web");

    (void)state;
    assert_string_equal(request->str, "unregister\nid=web\n\n");
    g_string_free(request, TRUE);
}

static GPtrArray *
files_of(const char *words)
{
    g_auto(GStrv) files = g_strsplit(words, " ", -1);
    GPtrArray *array = g_ptr_array_new_with_free_func(g_free);

    for (char **file = files; *file; file++)
        if (**file)
            g_ptr_array_add(array, g_strdup(*file));
    return array;
}

/* Files are words; @bound_files NULL: there is no bound tree. */
static void
list_is(const char *bound_files, const char *tree_files, const char *wanted)
{
    g_autoptr(GPtrArray) bound = bound_files ? files_of(bound_files) : NULL;
    g_autoptr(GPtrArray) tree = files_of(tree_files);
    g_autoptr(GPtrArray) list = bind_list(bound ? "/run/web" : NULL, bound, "/tree", tree);
    g_autofree char *words = NULL;

    g_ptr_array_add(list, NULL);
    words = g_strjoinv(" ", (char **)list->pdata);
    assert_string_equal(words, wanted);
}

static void
without_a_bound_tree_all_is_from_the_ordinary_one(void **state)
{
    (void)state;
    list_is(NULL, "proc/meminfo proc/stat", "/tree proc/meminfo proc/stat");
    list_is("", "proc/meminfo proc/stat", "/tree proc/meminfo proc/stat");
}

static void
what_the_bound_tree_has_is_from_there(void **state)
{
    (void)state;
    list_is("proc/meminfo proc/stat", "proc/meminfo proc/slabinfo proc/stat",
            "/run/web proc/meminfo proc/stat /tree proc/slabinfo");
    list_is("proc/meminfo", "proc/meminfo", "/run/web proc/meminfo");
}

static void
what_lies_in_a_directory_bound_whole_is_not_bound_again(void **state)
{
    (void)state;
    list_is("proc/stat sys/devices/system/cpu/online", "proc/stat sys/devices/system/cpu",
            "/run/web proc/stat /tree sys/devices/system/cpu");
}

static void
directories_are_told_from_files(void **state)
{
    (void)state;
    assert_true(bind_list_is_directory("/run/web"));
    assert_false(bind_list_is_directory("proc/stat"));
}

static void
where_the_directory_is_is_not_for_the_answer_to_say(void **state)
{
    static const char answer[] = "path=/proc/4711/root/tmp\n";
    g_autofree char *path = registration_path(answer, "/run/ownproc", "web", NULL);

    (void)state;
    assert_string_equal(path, "/run/ownproc/containers/web");
    assert_null(registration_path(answer, "/run/ownproc", "..", NULL));
    assert_null(registration_path(answer, "/run/ownproc", "a/b", NULL));
    assert_null(registration_path("path=containers/web\n", "/run/ownproc", "web", NULL));
    assert_null(registration_path("", "/run/ownproc", "web", NULL));
}

static void
names_of_the_tree_are_plain_and_of_no_process(void **state)
{
    static const char *const strange[] = {
        "proc/x\netc/passwd", "proc/x\n",         "proc/..",   "proc/.",
        "proc/a b",           "proc/1/attr/exec", "proc/self", "proc/thread-self/attr"};

    (void)state;
    assert_true(bind_list_takes("proc/pressure/cpu"));
    assert_true(bind_list_takes("proc/selfish"));
    assert_true(bind_list_takes("sys/devices/system/cpu/cpu0"));
    for (size_t i = 0; i < G_N_ELEMENTS(strange); i++)
        assert_false(bind_list_takes(strange[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_v1_each_hierarchy_has_its_path),
        cmocka_unit_test(where_the_plan_has_none_it_is_in_its_launchers),
        cmocka_unit_test(controllers_mounted_together_have_one_path),
        cmocka_unit_test(on_v2_there_is_one),
        cmocka_unit_test(what_a_mount_shows_as_its_root_is_before_the_path),
        cmocka_unit_test(what_is_not_mounted_is_not_named),
        cmocka_unit_test(a_time_namespace_is_told_by_its_offset),
        cmocka_unit_test(the_end_names_the_container),
        cmocka_unit_test(without_a_bound_tree_all_is_from_the_ordinary_one),
        cmocka_unit_test(what_the_bound_tree_has_is_from_there),
        cmocka_unit_test(what_lies_in_a_directory_bound_whole_is_not_bound_again),
        cmocka_unit_test(directories_are_told_from_files),
        cmocka_unit_test(where_the_directory_is_is_not_for_the_answer_to_say),
        cmocka_unit_test(names_of_the_tree_are_plain_and_of_no_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
