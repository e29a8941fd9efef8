/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cgroup_layout.h"
#include "common/error.h"
#include "common/fd.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* A machine in a folder. */
typedef struct {
    char *path;
    int fd;
} Machine;

static void
machine_put(const Machine *machine, const char *path, const char *text)
{
    folder_write(machine->path, path, text);
}

static void
machine_mkdir(const Machine *machine, const char *path)
{
    g_autofree char *full = g_build_filename(machine->path, path, NULL);

    assert_int_equal(g_mkdir_with_parents(full, 0755), 0);
}

static int
machine_make(void **state)
{
    Machine *machine = g_new0(Machine, 1);

    machine->path = folder_new();
    machine->fd = open(machine->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    *state = machine;
    return machine->fd < 0;
}

static int
machine_remove(void **state)
{
    Machine *machine = *state;

    folder_remove(machine->path);
    fd_clear(&machine->fd);
    g_free(machine->path);
    g_free(machine);
    return 0;
}

static CgroupLayout
layout_of(const Machine *machine, const char *mountinfo)
{
    CgroupLayout layout;

    machine_put(machine, "proc/self/mountinfo", mountinfo);
    assert_true(cgroup_layout_read(machine->fd, &layout, NULL));
    return layout;
}

static const char hybrid[] =
    "24 1 0:20 / /proc rw,relatime - proc proc rw\n"
    "30 24 0:26 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n"
    "31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
    "32 24 0:28 / /sys/fs/cgroup/unified rw shared:11 - cgroup2 cgroup2 rw,nsdelegate\n"
    "33 24 0:29 / /sys/fs/cgroup/systemd rw shared:12 - cgroup cgroup rw,xattr,name=systemd\n";

static void
hybrid_make(const Machine *machine)
{
    machine_mkdir(machine, "sys/fs/cgroup/memory/docker/1f0c");
    machine_mkdir(machine, "sys/fs/cgroup/cpu,cpuacct");
    machine_mkdir(machine, "sys/fs/cgroup/systemd");
    machine_put(machine, "sys/fs/cgroup/unified/cgroup.controllers", "hugetlb pids\n");
}

static void
each_controller_has_the_version_it_is_mounted_with(void **state)
{
    const Machine *machine = *state;
    g_auto(CgroupLayout) layout = {0};

    hybrid_make(machine);
    layout = layout_of(machine, hybrid);
    assert_int_equal(layout.controllers[CGROUP_MEMORY].version, 1);
    assert_int_equal(layout.controllers[CGROUP_CPU].version, 1);
    assert_int_equal(layout.controllers[CGROUP_CPUACCT].version, 1);
    assert_int_equal(layout.controllers[CGROUP_PIDS].version, 2);
    assert_int_equal(layout.controllers[CGROUP_HUGETLB].version, 2);
    assert_int_equal(layout.controllers[CGROUP_CPUSET].version, 0);
    assert_int_equal(layout.controllers[CGROUP_FREEZER].version, 2);
    assert_int_equal(layout.controllers[CGROUP_DEVICES].version, 0);
    assert_int_equal(layout.unified.version, 2);
}

static void
a_machine_without_cgroups_has_none(void **state)
{
    g_auto(CgroupLayout) layout = layout_of(*state, "24 1 0:20 / /proc rw - proc proc rw\n");

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        assert_int_equal(layout.controllers[i].version, 0);
}

static void
cut_lines_of_mountinfo_are_passed_over(void **state)
{
    g_auto(CgroupLayout) layout = layout_of(*state, "24\n24 1 0:20 / /proc rw\n\n- - -\n");

    assert_int_equal(layout.unified.version, 0);
}

static void
a_mount_point_may_contain_blanks(void **state)
{
    const Machine *machine = *state;
    g_auto(CgroupLayout) layout = {0};

    machine_put(machine, "cg two/cgroup.controllers", "memory cpu\n");
    layout = layout_of(machine, "32 24 0:28 / /cg\\040two rw - cgroup2 none rw\n");
    assert_int_equal(layout.controllers[CGROUP_MEMORY].version, 2);
}

static void
the_mount_that_shows_most_is_taken(void **state)
{
    const Machine *machine = *state;
    g_auto(CgroupLayout) layout = {0};

    machine_mkdir(machine, "part");
    machine_mkdir(machine, "whole");
    layout = layout_of(machine, "1 0 0:28 /docker/1f0c /part rw - cgroup none rw,memory\n"
                                "2 0 0:28 / /whole rw - cgroup none rw,memory\n");
    assert_string_equal(layout.controllers[CGROUP_MEMORY].mount_point, "/whole");
}

static void
a_mount_that_cannot_be_opened_is_passed_over(void **state)
{
    g_auto(CgroupLayout) layout =
        layout_of(*state, "1 0 0:28 / /hidden rw - cgroup none rw,memory\n");

    assert_int_equal(layout.controllers[CGROUP_MEMORY].version, 0);
}

static void
a_process_has_the_path_of_the_hierarchy_in_use(void **state)
{
    static const char text[] = "4:memory:/docker/1f0c\n0::/init.scope\n";
    const Machine *machine = *state;
    g_auto(CgroupLayout) layout = {0};
    g_auto(CgroupPaths) paths = {0};

    hybrid_make(machine);
    layout = layout_of(machine, hybrid);
    assert_true(cgroup_paths_parse(text, strlen(text), &paths, NULL));
    assert_string_equal(cgroup_layout_path(&layout, &paths, CGROUP_MEMORY), "/docker/1f0c");
    assert_string_equal(cgroup_layout_path(&layout, &paths, CGROUP_PIDS), "/init.scope");
    assert_null(cgroup_layout_path(&layout, &paths, CGROUP_CPU));
    assert_null(cgroup_layout_path(&layout, &paths, CGROUP_CPUSET));
}

static bool
opens(const CgroupLayout *layout, const char *path, GError **error)
{
    autofd fd = cgroup_layout_open(&layout->controllers[CGROUP_MEMORY], path, error);

    return fd >= 0;
}

static void
a_cgroup_is_opened_below_its_mount(void **state)
{
    const Machine *machine = *state;
    g_autoptr(GError) error = NULL;
    g_auto(CgroupLayout) layout = {0};

    hybrid_make(machine);
    layout = layout_of(machine, hybrid);
    assert_true(opens(&layout, "/", NULL));
    assert_true(opens(&layout, "/docker/1f0c", NULL));
    assert_false(opens(&layout, "/docker/gone", &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
}

static void
a_mount_of_one_cgroup_shows_what_is_below_it_only(void **state)
{
    const Machine *machine = *state;
    g_autoptr(GError) error = NULL;
    g_auto(CgroupLayout) layout = {0};

    machine_mkdir(machine, "part/sub");
    layout = layout_of(machine, "1 0 0:28 /docker/1f0c /part rw - cgroup none rw,memory\n");
    assert_true(opens(&layout, "/docker/1f0c", NULL));
    assert_true(opens(&layout, "/docker/1f0c/sub", NULL));
    assert_false(opens(&layout, "/docker", &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_IO));
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, machine_make, machine_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_MACHINE(each_controller_has_the_version_it_is_mounted_with),
        WITH_MACHINE(a_machine_without_cgroups_has_none),
        WITH_MACHINE(cut_lines_of_mountinfo_are_passed_over),
        WITH_MACHINE(a_mount_point_may_contain_blanks),
        WITH_MACHINE(the_mount_that_shows_most_is_taken),
        WITH_MACHINE(a_mount_that_cannot_be_opened_is_passed_over),
        WITH_MACHINE(a_process_has_the_path_of_the_hierarchy_in_use),
        WITH_MACHINE(a_cgroup_is_opened_below_its_mount),
        WITH_MACHINE(a_mount_of_one_cgroup_shows_what_is_below_it_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
