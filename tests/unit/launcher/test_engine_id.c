/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/engine_id.h"
#include "launcher/engine_files.h"
#include "tests/unit/cmocka.h"

#include <string.h>

#define A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define B "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static void
id_is(const char *cgroup, const char *wanted)
{
    g_auto(CgroupPaths) paths = {0};
    g_autofree char *id = NULL;

    assert_true(cgroup_paths_parse(cgroup, strlen(cgroup), &paths, NULL));
    id = engine_id_of(&paths);
    if (wanted)
        assert_string_equal(id, wanted);
    else
        assert_null(id);
}

static void
engines_are_known_by_the_names_of_their_cgroups(void **state)
{
    (void)state;
    id_is("0::/system.slice/docker-" A ".scope\n", A);
    id_is("4:memory:/docker/" A "\n0::/\n", A);
    id_is("0::/machine.slice/libpod-" A ".scope/container\n", A);
    id_is("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" A ".scope\n", A);
    id_is("0::/kubepods.slice/kubepods-pod1.slice/crio-" A ".scope\n", A);
    id_is("2:cpu:/kubepods/burstable/pod1/" A "\n", A);
    id_is("2:cpu:/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" A "\n", A);
    id_is("0::/lxc.payload.web/system.slice\n", "web");
    id_is("0::/lxc/web\n", "web");
    id_is("4:memory:/ownproc/web\n", "web");
}

static void
the_innermost_container_counts(void **state)
{
    (void)state;
    id_is("0::/docker/" A "/docker/" B "\n", B);
    id_is("0::/docker/" A "/init\n", A);
}

static void
what_is_no_engine_s_has_no_id(void **state)
{
    (void)state;
    id_is("0::/\n", NULL);
    id_is("0::/user.slice/user-1000.slice/session-2.scope\n", NULL);
    id_is("0::/docker/0123\n", NULL);
    id_is("0::/docker/" A "0\n", NULL);
    id_is("0::/ownproc\n", NULL);
    id_is("0::/ownproc/.hidden\n", NULL);
    id_is("0::/ownproc/a b\n", NULL);
    id_is("0::/libpod_parent/libpod-conmon-" A ".scope\n", NULL);
    id_is("0::/machine.slice/crio-conmon-" A ".scope\n", NULL);
}

static void
an_id_is_meant_by_its_first_digits_a_name_by_all_of_it(void **state)
{
    (void)state;
    assert_true(engine_id_is_meant(A, A));
    assert_true(engine_id_is_meant(A, "012345"));
    assert_false(engine_id_is_meant(A, "01234"));
    assert_false(engine_id_is_meant(A, "123456"));
    assert_true(engine_id_is_meant("webserver", "webserver"));
    assert_false(engine_id_is_meant("webserver", "webser"));
}

static void
runc_allows_a_list_below_proc_and_all_below_sys(void **state)
{
    (void)state;
    assert_true(engine_files_allow("proc/meminfo"));
    assert_true(engine_files_allow("sys/devices/system/cpu"));
    assert_false(engine_files_allow("proc/vmstat"));
    assert_false(engine_files_allow("proc/pressure/cpu"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_are_known_by_the_names_of_their_cgroups),
        cmocka_unit_test(the_innermost_container_counts),
        cmocka_unit_test(what_is_no_engine_s_has_no_id),
        cmocka_unit_test(an_id_is_meant_by_its_first_digits_a_name_by_all_of_it),
        cmocka_unit_test(runc_allows_a_list_below_proc_and_all_below_sys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
