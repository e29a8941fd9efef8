/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/policy.h"
#include "tests/unit/cmocka.h"

#include <string.h>

/* A container of the pod default/web, as containerd describes it; tests change it. */
typedef struct {
    Nri__Pod pod;
    Nri__Container container;
    Nri__Linux platform;
    Nri__Namespace pid;
    Nri__Namespace *namespaces[2];
    Nri__Pair wish, *annotations[1];
    Nri__Mount mount, *mounts[1];
    char *options[1];
} Given;

static void
given(Given *given)
{
    memset(given, 0, sizeof(*given));
    nri__pod__init(&given->pod);
    nri__container__init(&given->container);
    nri__linux__init(&given->platform);
    nri__namespace__init(&given->pid);
    nri__pair__init(&given->wish);
    nri__mount__init(&given->mount);
    given->pod.namespace_ = (char *)"default";
    given->container.id = (char *)"id";
    given->container.platform = &given->platform;
    given->pid.type = (char *)"pid";
    given->namespaces[0] = &given->pid;
    given->platform.namespaces = given->namespaces;
    given->platform.n_namespaces = 1;
    given->wish.key = (char *)WISH_ANNOTATION;
    given->annotations[0] = &given->wish;
    given->mounts[0] = &given->mount;
    given->mount.options = given->options;
    given->container.mounts = given->mounts;
}

static void
wishes(Given *given, const char *value)
{
    given->wish.value = (char *)value;
    given->pod.annotations = given->annotations;
    given->pod.n_annotations = 1;
}

static void
mounts(Given *given, const char *type, const char *source, const char *destination)
{
    given->mount.type = (char *)type;
    given->mount.source = (char *)source;
    given->mount.destination = (char *)destination;
    given->container.n_mounts = 1;
}

/* @settings are lines of the configuration. */
static void
verdict_is(const Given *given, const char *settings, PolicyVerdict verdict)
{
    g_autoptr(Policy) policy = policy_new();
    g_autoptr(Subject) subject = subject_new(&given->pod, &given->container);
    g_autofree char *text = g_strdup_printf("[ownproc-nri]\n%s\n", settings);
    g_autoptr(GError) error = NULL;
    const char *reason = "";

    if (!policy_read(policy, text, &error))
        fail_msg("%s: %s", text, error->message);
    if (policy_decide(policy, subject, &reason) != verdict)
        fail_msg("with '%s' the verdict is another: %s", settings, reason);
}

/* Whether @file is left alone for it. */
static bool
leaves(const Given *given, const char *file)
{
    g_autoptr(Policy) policy = policy_new();
    g_autoptr(Subject) subject = subject_new(&given->pod, &given->container);
    g_autoptr(OwnMounts) own = policy_own_mounts(policy, subject);

    return own_mounts_cover(own, file);
}

static void
an_ordinary_container_has_the_files_mounted(void **state)
{
    Given plain;
    (void)state;

    given(&plain);
    verdict_is(&plain, "", POLICY_MOUNT);
}

static void
the_annotation_opts_out(void **state)
{
    Given pod, own;
    (void)state;

    given(&pod);
    wishes(&pod, "false");
    verdict_is(&pod, "", POLICY_SKIP);
    given(&own);
    own.wish.value = (char *)"false";
    own.container.annotations = own.annotations;
    own.container.n_annotations = 1;
    verdict_is(&own, "", POLICY_SKIP);
}

static void
an_annotation_that_makes_no_sense_counts_for_nothing(void **state)
{
    Given odd;
    (void)state;

    given(&odd);
    wishes(&odd, "yes");
    verdict_is(&odd, "", POLICY_MOUNT);
}

static void
namespaces_are_chosen_by_globs(void **state)
{
    Given plain;
    (void)state;

    given(&plain);
    verdict_is(&plain, "namespaces=prod-*;def*", POLICY_MOUNT);
    verdict_is(&plain, "namespaces=prod-*", POLICY_SKIP);
    verdict_is(&plain, "except-namespaces=kube-system;default", POLICY_SKIP);
}

static void
the_annotation_opts_in_where_the_namespace_is_out(void **state)
{
    Given willing;
    (void)state;

    given(&willing);
    wishes(&willing, "true");
    verdict_is(&willing, "namespaces=", POLICY_MOUNT);
}

static void
other_kinds_of_runtimes_are_left_alone_whatever_the_annotation_says(void **state)
{
    static const char *const handlers[] = {"kata-qemu", "gvisor", "runsc", "sysbox-runc"};
    Given other;
    (void)state;

    given(&other);
    wishes(&other, "true");
    for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++) {
        other.pod.runtime_handler = (char *)handlers[i];
        verdict_is(&other, "", POLICY_SKIP);
    }
    other.pod.runtime_handler = (char *)"crun";
    verdict_is(&other, "", POLICY_MOUNT);
    verdict_is(&other, "except-handlers=cr*", POLICY_SKIP);
}

static void
agents_that_share_the_host_s_pids_are_left_alone_unless_told(void **state)
{
    Given agent;
    Nri__Namespace network = NRI__NAMESPACE__INIT;
    (void)state;

    given(&agent);
    network.type = (char *)"network";
    agent.namespaces[0] = &network;
    verdict_is(&agent, "", POLICY_SKIP);
    verdict_is(&agent, "host-pids=inject", POLICY_MOUNT);
    wishes(&agent, "true");
    verdict_is(&agent, "", POLICY_MOUNT);
}

static void
a_runtime_that_tells_of_no_namespaces_may_have_all_of_them(void **state)
{
    Given docker;
    (void)state;

    given(&docker);
    docker.platform.n_namespaces = 0;
    verdict_is(&docker, "", POLICY_MOUNT);
    docker.container.platform = NULL;
    verdict_is(&docker, "", POLICY_MOUNT);
}

static void
what_is_mounted_already_stays_and_the_rest_comes(void **state)
{
    Given lxcfs;
    (void)state;

    given(&lxcfs);
    mounts(&lxcfs, "bind", "/var/lib/lxcfs/proc/meminfo", "/proc/meminfo");
    verdict_is(&lxcfs, "", POLICY_MOUNT);
    assert_true(leaves(&lxcfs, "proc/meminfo"));
    assert_false(leaves(&lxcfs, "proc/stat"));
    mounts(&lxcfs, "bind", "/x", "/sys/devices/system/cpu/online");
    assert_true(leaves(&lxcfs, "sys/devices/system/cpu"));
    assert_false(leaves(&lxcfs, "sys/devices/system/node"));
    mounts(&lxcfs, "bind", "/x", "/sys/devices/");
    assert_true(leaves(&lxcfs, "sys/devices/system/cpu"));
    mounts(&lxcfs, "cgroup", "cgroup", "/sys/fs/cgroup");
    assert_false(leaves(&lxcfs, "sys/devices/system/cpu"));
}

static void
a_volume_at_sys_or_proc_is_left_alone(void **state)
{
    Given volume;
    (void)state;

    given(&volume);
    mounts(&volume, "bind", "/srv", "/sys");
    verdict_is(&volume, "", POLICY_MOUNT);
    assert_true(leaves(&volume, "sys/devices/system/cpu"));
    assert_false(leaves(&volume, "proc/meminfo"));
    mounts(&volume, "bind", "/sys", "/sys");
    assert_false(leaves(&volume, "sys/devices/system/cpu"));
    mounts(&volume, "proc", "proc", "/proc"); /* and none at /sys */
    assert_true(leaves(&volume, "sys/devices/system/cpu"));
    mounts(&volume, "bind", "/srv", "/proc/");
    wishes(&volume, "true");
    verdict_is(&volume, "", POLICY_SKIP);
}

static void
our_own_mounts_are_no_reason_to_stay_away(void **state)
{
    Given again;
    (void)state;

    given(&again);
    mounts(&again, "bind", "/var/lib/ownproc/proc/stat", "/proc/stat");
    assert_false(leaves(&again, "proc/stat"));
    mounts(&again, "bind", "/var/lib/ownproc2/proc/stat", "/proc/stat");
    assert_true(leaves(&again, "proc/stat"));
    mounts(&again, "bind", "/run/ownproc/containers/id/proc/stat", "/proc/stat");
    assert_false(leaves(&again, "proc/stat"));
}

static void
privileged_containers_are_left_alone_unless_told(void **state)
{
    Given privileged;
    (void)state;

    given(&privileged);
    mounts(&privileged, "sysfs", "sysfs", "/sys");
    verdict_is(&privileged, "", POLICY_SKIP);
    verdict_is(&privileged, "unmasked=inject", POLICY_MOUNT);
    privileged.options[0] = (char *)"ro";
    privileged.mount.n_options = 1;
    verdict_is(&privileged, "", POLICY_MOUNT);
}

static void
a_user_namespace_is_looked_at_once_it_runs(void **state)
{
    Given userns;
    Nri__Namespace user = NRI__NAMESPACE__INIT;
    (void)state;

    given(&userns);
    user.type = (char *)"user";
    userns.namespaces[1] = &user;
    userns.platform.n_namespaces = 2;
    verdict_is(&userns, "", POLICY_LATER);
    verdict_is(&userns, "unmasked=inject", POLICY_MOUNT);
    wishes(&userns, "true");
    verdict_is(&userns, "", POLICY_MOUNT);
}

static void
only_files_that_runc_accepts_are_mounted(void **state)
{
    g_autoptr(Policy) policy = policy_new();
    (void)state;

    assert_true(policy_mounts_file(policy, "proc/meminfo"));
    assert_true(policy_mounts_file(policy, "sys/devices/system/cpu"));
    assert_false(policy_mounts_file(policy, "proc/pressure/cpu"));
    assert_false(policy_mounts_file(policy, "proc/vmstat"));
}

static void
a_bad_configuration_is_refused_and_changes_nothing(void **state)
{
    static const struct {
        const char *text, *sentence;
    } bad[] = {
        {"[ownproc-nri]\nfiles=proc/stat\nnamespace=x\n", "there is no key namespace"},
        {"[ownprocd]\n", "there is no group [ownprocd]"},
        {"[ownproc-nri]\nrun-dir=run\n", "run-dir=run is no absolute path"},
        {"[ownproc-nri]\nunmasked=true\n", "unmasked is either 'skip' or 'inject', not 'true'"},
    };
    g_autoptr(Policy) policy = policy_new();
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        assert_false(policy_read(policy, bad[i].text, &error));
        assert_string_equal(error->message, bad[i].sentence);
    }
    assert_false(policy_read(policy, "[ownproc-nri]\nattach=maybe\n", NULL));
    assert_false(policy_read(policy, "{\"json\": true}", NULL));
    assert_true(policy_mounts_file(policy, "proc/meminfo"));
    assert_true(policy_read(policy, "", NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_container_has_the_files_mounted),
        cmocka_unit_test(the_annotation_opts_out),
        cmocka_unit_test(an_annotation_that_makes_no_sense_counts_for_nothing),
        cmocka_unit_test(namespaces_are_chosen_by_globs),
        cmocka_unit_test(the_annotation_opts_in_where_the_namespace_is_out),
        cmocka_unit_test(other_kinds_of_runtimes_are_left_alone_whatever_the_annotation_says),
        cmocka_unit_test(agents_that_share_the_host_s_pids_are_left_alone_unless_told),
        cmocka_unit_test(a_runtime_that_tells_of_no_namespaces_may_have_all_of_them),
        cmocka_unit_test(what_is_mounted_already_stays_and_the_rest_comes),
        cmocka_unit_test(a_volume_at_sys_or_proc_is_left_alone),
        cmocka_unit_test(our_own_mounts_are_no_reason_to_stay_away),
        cmocka_unit_test(privileged_containers_are_left_alone_unless_told),
        cmocka_unit_test(a_user_namespace_is_looked_at_once_it_runs),
        cmocka_unit_test(only_files_that_runc_accepts_are_mounted),
        cmocka_unit_test(a_bad_configuration_is_refused_and_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
