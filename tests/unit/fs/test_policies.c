/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/policies.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/file_of.h"

static int
make(void **state)
{
    *state = policies_new();
    return 0;
}

static int
unmake(void **state)
{
    policies_free(*state);
    return 0;
}

static char docker[] = "/docker/abc", slice[] = "/system.slice/web.service";
static const CgroupPaths of_docker = {.unified = docker};
static const CgroupPaths of_slice = {.v1 = {[CGROUP_MEMORY] = slice}};

static void
sets(Policies *policies, const char *pattern, const char *path, const char *value)
{
    assert_true(policy_set_file(policies_name(policies, pattern), path, value, NULL));
}

static FileMode
mode_of(const Policies *policies, const CgroupPaths *container, const char *path)
{
    return policy_file(policies_find(policies, container), file_of(path));
}

static void
refuses(Policies *policies, const char *path, const char *value, const char *reason)
{
    g_autoptr(GError) error = NULL;

    assert_false(policy_set_file(policies_name(policies, NULL), path, value, &error));
    assert_string_equal(error->message, reason);
}

static void
without_a_word_every_file_is_virtual(void **state)
{
    assert_int_equal(mode_of(*state, &of_docker, "proc/stat"), FILE_VIRTUAL);
    assert_int_equal(mode_of(NULL, &of_docker, "proc/stat"), FILE_VIRTUAL);
    assert_false(policies_may_hide(NULL, file_of("proc/stat")));
}

static void
what_is_said_in_general_is_said_to_everybody(void **state)
{
    sets(*state, NULL, "proc/stat", "zero");
    assert_int_equal(mode_of(*state, &of_docker, "proc/stat"), FILE_ZERO);
    assert_int_equal(mode_of(*state, NULL, "proc/stat"), FILE_ZERO);
    assert_int_equal(mode_of(*state, &of_docker, "proc/uptime"), FILE_VIRTUAL);
}

static void
a_pattern_is_for_those_it_matches(void **state)
{
    sets(*state, "/docker/*", "proc/stat", "host");
    assert_int_equal(mode_of(*state, &of_docker, "proc/stat"), FILE_HOST);
    assert_int_equal(mode_of(*state, &of_slice, "proc/stat"), FILE_VIRTUAL);
    assert_int_equal(mode_of(*state, NULL, "proc/stat"), FILE_VIRTUAL);
}

static void
a_pattern_matches_in_any_hierarchy(void **state)
{
    sets(*state, "/*/web.service", "proc/stat", "hide");
    assert_int_equal(mode_of(*state, &of_slice, "proc/stat"), FILE_HIDE);
}

static void
the_first_pattern_that_matches_wins(void **state)
{
    sets(*state, "/docker/a*", "proc/stat", "host");
    sets(*state, "/docker/*", "proc/stat", "hide");
    assert_int_equal(mode_of(*state, &of_docker, "proc/stat"), FILE_HOST);
}

static void
what_a_pattern_does_not_say_the_general_policy_says(void **state)
{
    sets(*state, "/docker/*", "proc/stat", "host");
    sets(*state, NULL, "proc/uptime", "zero");
    sets(*state, NULL, "proc/stat", "zero");
    assert_int_equal(mode_of(*state, &of_docker, "proc/uptime"), FILE_ZERO);
    assert_int_equal(mode_of(*state, &of_docker, "proc/stat"), FILE_HOST);
}

static void
a_pattern_may_undo_the_general_policy(void **state)
{
    sets(*state, NULL, "proc/stat", "hide");
    sets(*state, "/docker/*", "proc/stat", "virtual");
    assert_int_equal(mode_of(*state, &of_docker, "proc/stat"), FILE_VIRTUAL);
    assert_true(policies_may_hide(*state, file_of("proc/stat")));
    assert_false(policies_may_hide(*state, file_of("proc/uptime")));
}

static void
a_container_may_have_a_cpu_policy_of_its_own(void **state)
{
    assert_true(policy_set_cpu_policy(policies_name(*state, "/docker/*"), "round", NULL));
    assert_int_equal(policy_cpus(policies_find(*state, &of_docker), CPU_POLICY_CPUSET),
                     CPU_POLICY_ROUND);
    assert_int_equal(policy_cpus(policies_find(*state, &of_slice), CPU_POLICY_CPUSET),
                     CPU_POLICY_CPUSET);
}

static void
many_files_may_be_named_at_once(void **state)
{
    sets(*state, NULL, "sys/devices/system/cpu/cpu*/topology/*", "hide");
    sets(*state, NULL, "proc/pressure/io", "host");
    sets(*state, NULL, "proc/pressure/*", "zero");
    assert_int_equal(mode_of(*state, NULL, "sys/devices/system/cpu/cpu0/topology/core_id"),
                     FILE_HIDE);
    assert_int_equal(mode_of(*state, NULL, "sys/devices/system/cpu/cpu0/online"), FILE_VIRTUAL);
    assert_int_equal(mode_of(*state, NULL, "proc/pressure/cpu"), FILE_ZERO);
    assert_int_equal(mode_of(*state, NULL, "proc/pressure/io"), FILE_HOST);
}

static void
cpuinfo_may_be_anything_but_zero(void **state)
{
    sets(*state, NULL, "proc/cpuinfo", "hide");
    assert_int_equal(mode_of(*state, &of_docker, "proc/cpuinfo"), FILE_HIDE);
}

static void
what_is_wrong_is_named(void **state)
{
    refuses(*state, "proc/kcore", "hide", "no such file");
    refuses(*state, "/proc/stat", "hide", "no such file");
    refuses(*state, "proc/stat", "off", "'off' is not virtual, hide, zero or host");
    refuses(*state, "proc/cpuinfo", "zero", "zeros would not say how many CPUs there are");
    refuses(*state, "sys/devices/system/cpu/online", "zero",
            "zeros would not say how many CPUs there are");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(without_a_word_every_file_is_virtual),
        TEST(what_is_said_in_general_is_said_to_everybody),
        TEST(a_pattern_is_for_those_it_matches),
        TEST(a_pattern_matches_in_any_hierarchy),
        TEST(the_first_pattern_that_matches_wins),
        TEST(what_a_pattern_does_not_say_the_general_policy_says),
        TEST(a_pattern_may_undo_the_general_policy),
        TEST(a_container_may_have_a_cpu_policy_of_its_own),
        TEST(many_files_may_be_named_at_once),
        TEST(cpuinfo_may_be_anything_but_zero),
        TEST(what_is_wrong_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
