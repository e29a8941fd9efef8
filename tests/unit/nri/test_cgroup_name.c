/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/cgroup_name.h"
#include "tests/unit/cmocka.h"

#include <glib.h>

static void
is_named(const char *told, const char *path)
{
    g_autofree char *named = cgroup_name_path(told);

    if (g_strcmp0(named, path) != 0)
        fail_msg("'%s': expected %s, got %s", told, path, named ? named : "nothing");
}

static void
a_path_is_a_path(void **state)
{
    (void)state;
    is_named("/k8s.io/3f8f", "/k8s.io/3f8f");
    is_named("/kubepods/burstable/pod1-2/3f8f", "/kubepods/burstable/pod1-2/3f8f");
}

static void
systemd_s_slices_are_nested_by_their_names(void **state)
{
    (void)state;
    is_named("kubepods-burstable-pod1_2.slice:cri-containerd:3f8f",
             "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/"
             "cri-containerd-3f8f.scope");
    is_named("system.slice:docker:3f8f", "/system.slice/docker-3f8f.scope");
    is_named(":crio:3f8f", "/system.slice/crio-3f8f.scope");
    is_named("-.slice:crio:3f8f", "/crio-3f8f.scope");
    is_named("a.slice::b.slice", "/a.slice/b.slice");
    is_named("a.slice::b", "/a.slice/b.scope");
}

static void
what_depends_on_more_than_the_text_has_no_name(void **state)
{
    (void)state;
    is_named("", NULL);
    is_named("/", NULL);
    is_named("relative/path", NULL);
    is_named("/a/../b", NULL);
    is_named("/a/..", NULL);
    is_named("/a//b", NULL);
    is_named("a.slice:b", NULL);
    is_named("a.slice:b:", NULL);
    is_named("a:b:c", NULL);
    is_named("a--b.slice:b:c", NULL);
    is_named("a/b.slice:b:c", NULL);
    is_named("a.slice:../b:c", NULL);
    is_named(".slice:b:c", NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_a_path),
        cmocka_unit_test(systemd_s_slices_are_nested_by_their_names),
        cmocka_unit_test(what_depends_on_more_than_the_text_has_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
