/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* On a machine with v1 memory, v1 cpu and cpuacct in one hierarchy, and v2 without controllers. */

#include "common/fd.h"
#include "fs/control/paths.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"

#include <errno.h>
#include <fcntl.h>

typedef struct {
    char *folder;
    int root_fd;
    CgroupLayout layout;
} Fixture;

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->folder = folder_new();
    folder_write(fixture->folder, "proc/self/mountinfo",
                 "30 20 0:26 / /unified rw - cgroup2 cgroup2 rw\n"
                 "31 20 0:27 / /memory rw - cgroup cgroup rw,memory\n"
                 "32 20 0:28 / /cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
    folder_write(fixture->folder, "unified/cgroup.controllers", "\n");
    folder_write(fixture->folder, "memory/tasks", "");
    folder_write(fixture->folder, "cpu/tasks", "");
    fixture->root_fd = open(fixture->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(cgroup_layout_read(fixture->root_fd, &fixture->layout, NULL));
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    cgroup_layout_clear(&fixture->layout);
    fd_clear(&fixture->root_fd);
    folder_remove(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture);
    return 0;
}

static void
one_path_is_for_all_hierarchies_that_have_controllers(void **state)
{
    Fixture *fixture = *state;
    const ControlRequest request = {.cgroup = (char *)"/x"};
    g_auto(CgroupPaths) paths = {0};

    assert_true(control_paths(&fixture->layout, &request, &paths, NULL));
    assert_string_equal(paths.v1[CGROUP_MEMORY], "/x");
    assert_string_equal(paths.v1[CGROUP_CPU], "/x");
    assert_string_equal(paths.v1[CGROUP_CPUACCT], "/x");
    assert_string_equal(paths.unified, "/");
    assert_null(paths.v1[CGROUP_PIDS]);
}

static void
controllers_of_one_hierarchy_have_one_path(void **state)
{
    Fixture *fixture = *state;
    const ControlRequest request = {.cgroups.v1[CGROUP_CPU] = (char *)"/x"};
    g_auto(CgroupPaths) paths = {0};

    assert_true(control_paths(&fixture->layout, &request, &paths, NULL));
    assert_string_equal(paths.v1[CGROUP_CPUACCT], "/x");
    assert_string_equal(paths.v1[CGROUP_MEMORY], "/"); /* not named: none of its own */
}

static void
is_refused(const Fixture *fixture, const ControlRequest *request)
{
    g_auto(CgroupPaths) paths = {0};
    g_autoptr(GError) error = NULL;

    assert_false(control_paths(&fixture->layout, request, &paths, &error));
    assert_true(g_error_matches(error, CONTROL_REFUSAL, EINVAL));
}

static void
two_paths_in_one_hierarchy_are_refused(void **state)
{
    is_refused(*state, &(ControlRequest){.cgroups.v1[CGROUP_CPU] = (char *)"/x",
                                         .cgroups.v1[CGROUP_CPUACCT] = (char *)"/y"});
}

static void
a_controller_that_is_not_mounted_is_refused(void **state)
{
    is_refused(*state, &(ControlRequest){.cgroups.v1[CGROUP_MEMORY] = (char *)"/x",
                                         .cgroups.v1[CGROUP_PIDS] = (char *)"/x"});
}

static void
the_root_is_refused(void **state)
{
    is_refused(*state, &(ControlRequest){.cgroup = (char *)"/"});
    is_refused(*state, &(ControlRequest){.cgroups.v1[CGROUP_MEMORY] = (char *)"/"});
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_MACHINE(one_path_is_for_all_hierarchies_that_have_controllers),
        WITH_MACHINE(controllers_of_one_hierarchy_have_one_path),
        WITH_MACHINE(two_paths_in_one_hierarchy_are_refused),
        WITH_MACHINE(a_controller_that_is_not_mounted_is_refused),
        WITH_MACHINE(the_root_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
