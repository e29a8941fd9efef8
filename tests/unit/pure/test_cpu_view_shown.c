/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many CPUs a container is shown, and which. */

#include "tests/unit/pure/cgroup_cpu.h"

static void
shows(const char *cpuset, uint64_t quota, CpuPolicy policy, const char *expected)
{
    g_autoptr(GString) list = g_string_new(NULL);
    CgroupCpu cpu = with_quota(cpuset, quota);
    CpuSet shown = cpu_view_shown(&cpu, policy);

    cpuset_print(&shown, list);
    assert_string_equal(list->str, expected);
}

static void
without_a_quota_the_whole_cpuset_is_shown(void **state)
{
    (void)state;
    shows("0-3", CGROUP_NO_LIMIT, CPU_POLICY_CEIL, "0-3");
    shows("2,5,7", CGROUP_NO_LIMIT, CPU_POLICY_ROUND, "2,5,7");
}

static void
without_a_quota_the_period_does_not_count(void **state)
{
    CgroupCpu cpu = idle_on("0-3");
    CpuSet shown;

    (void)state;
    cpu.period = UINT64_MAX;
    shown = cpu_view_shown(&cpu, CPU_POLICY_CEIL);
    assert_int_equal(cpuset_count(&shown), 4);
}

static void
a_quota_shows_the_first_cpus_rounded_up(void **state)
{
    (void)state;
    shows("0-3", 50 * MSEC, CPU_POLICY_CEIL, "0");
    shows("0-3", 100 * MSEC, CPU_POLICY_CEIL, "0");
    shows("0-3", 101 * MSEC, CPU_POLICY_CEIL, "0-1");
    shows("2,5,7", 150 * MSEC, CPU_POLICY_CEIL, "2,5");
}

static void
a_quota_above_the_cpuset_adds_no_cpu(void **state)
{
    (void)state;
    shows("0-1", 800 * MSEC, CPU_POLICY_CEIL, "0-1");
    shows("0-1", CGROUP_NO_LIMIT - 1, CPU_POLICY_CEIL, "0-1");
}

static void
the_round_policy_rounds_to_the_nearest(void **state)
{
    (void)state;
    shows("0-3", 20 * MSEC, CPU_POLICY_ROUND, "0");
    shows("0-3", 149 * MSEC, CPU_POLICY_ROUND, "0");
    shows("0-3", 150 * MSEC, CPU_POLICY_ROUND, "0-1");
}

static void
the_cpuset_policy_takes_no_notice_of_quotas(void **state)
{
    (void)state;
    shows("0-3", 50 * MSEC, CPU_POLICY_CPUSET, "0-3");
}

static void
there_is_always_a_cpu(void **state)
{
    (void)state;
    shows("", CGROUP_NO_LIMIT, CPU_POLICY_CEIL, "0");
    shows("3", 0, CPU_POLICY_CEIL, "3");
}

static void
a_period_of_zero_is_no_quota(void **state)
{
    CgroupCpu cpu = with_quota("0-3", 50 * MSEC);
    CpuSet shown;

    (void)state;
    cpu.period = 0;
    shown = cpu_view_shown(&cpu, CPU_POLICY_CEIL);
    assert_int_equal(cpuset_count(&shown), 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_quota_the_whole_cpuset_is_shown),
        cmocka_unit_test(without_a_quota_the_period_does_not_count),
        cmocka_unit_test(a_quota_shows_the_first_cpus_rounded_up),
        cmocka_unit_test(a_quota_above_the_cpuset_adds_no_cpu),
        cmocka_unit_test(the_round_policy_rounds_to_the_nearest),
        cmocka_unit_test(the_cpuset_policy_takes_no_notice_of_quotas),
        cmocka_unit_test(there_is_always_a_cpu),
        cmocka_unit_test(a_period_of_zero_is_no_quota),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
