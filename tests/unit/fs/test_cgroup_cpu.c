/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"
#include "fs/source/cgroup_versions.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

#include <string.h>

#define NONE CGROUP_NO_LIMIT

static bool
try_read(const Machine *machine, const char *path, CgroupCpu *ret, GError **error)
{
    CgroupPaths paths = {.v1[CGROUP_CPU] = (char *)path,
                         .v1[CGROUP_CPUACCT] = (char *)path,
                         .v1[CGROUP_CPUSET] = (char *)path,
                         .unified = (char *)path};

    return cgroup_read_cpu_limits(&(Cgroups){&machine->tree.layout, &paths}, true, ret, error) &&
           cgroup_read_cpu_times(&(Cgroups){&machine->tree.layout, &paths}, ret, error);
}

static CgroupCpu
read_cpu(const Machine *machine, const char *path)
{
    g_autoptr(GError) error = NULL;
    CgroupCpu cpu = {0};

    (void)try_read(machine, path, &cpu, &error);
    g_assert_no_error(error);
    return cpu;
}

static void
refuses(const Machine *machine, const char *path, ReadError code)
{
    g_autoptr(GError) error = NULL;
    CgroupCpu cpu = {0};

    assert_false(try_read(machine, path, &cpu, &error));
    assert_true(g_error_matches(error, READ_ERROR, (int)code));
    cgroup_cpu_clear(&cpu);
}

static void
the_root_has_no_times_of_its_own(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupCpu cpu = read_cpu(machine, "/");

    (void)state;
    assert_true(cpu.is_root);
    assert_true(cpu.quota == NONE);
    assert_int_equal(cpuset_count(&cpu.cpus), 0);
}

static void
the_tightest_quota_is_that_of_the_least_ratio(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupCpu cpu;

    (void)state;
    machine_set(machine, "pod/app", "cpu.max", "50000 100000\n"); /* a half, of a smaller number */
    machine_set(machine, "pod", "cpu.max", "90000 300000\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_true(cpu.quota == 90000 && cpu.period == 300000);
    machine_set(machine, "pod", "cpu.max", "150001 300000\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_true(cpu.quota == 50000 && cpu.period == 100000);
}

static void
ratios_of_huge_quotas_do_not_wrap(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_set(machine, "pod/app", "cpu.max", "17592186044415 1000000\n");
    machine_set(machine, "pod", "cpu.max", "17592186044414 1000000\n");
    assert_true(read_cpu(machine, "/pod/app").quota == 17592186044414);
}

static void
throttling_is_that_of_the_tightest_quota(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    machine_set(machine, "pod", "cpu.stat", "user_usec 1\nsystem_usec 1\nthrottled_usec 700\n");
    machine_set(machine, "pod/app", "cpu.stat", "user_usec 1\nsystem_usec 1\nthrottled_usec 300\n");
    assert_true(read_cpu(machine, "/pod/app").throttled == 0);
    machine_set(machine, "pod", "cpu.max", "100000 100000\n");
    assert_true(read_cpu(machine, "/pod/app").throttled == 700);
    machine_set(machine, "pod/app", "cpu.max", "50000 100000\n");
    assert_true(read_cpu(machine, "/pod/app").throttled == 300);
}

static void
nice_is_not_in_user(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupCpu cpu;

    (void)state;
    machine_set(machine, "pod/app", "cpu.stat",
                "usage_usec 1700\nuser_usec 1000\nsystem_usec 700\nnice_usec 400\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_true(cpu.user == 600 && cpu.nice == 400 && cpu.system == 700);
    assert_null(cpu.per_cpu);
    assert_true(cpu.id != 0);
}

static void
effective_cpus_count_and_not_configured_ones(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupCpu cpu;

    (void)state;
    machine_set(machine, "pod/app", "cpuset.cpus", "0-7\n");
    machine_set(machine, "pod/app", "cpuset.cpus.effective", "2-3,6\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_int_equal(cpuset_count(&cpu.cpus), 3);
    assert_true(cpuset_has(&cpu.cpus, 6));
}

static void
where_a_controller_is_not_enabled_the_parent_counts(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupCpu cpu;

    (void)state;
    machine_write(machine, "cg/pod/app/worker/cgroup.procs", "");
    machine_write(machine, "cg/pod/app/worker/cpu.stat", "user_usec 5\nsystem_usec 6\n");
    machine_set(machine, "pod/app", "cpuset.cpus.effective", "2-3\n");
    machine_set(machine, "pod/app", "cpu.max", "50000 100000\n");
    cpu = read_cpu(machine, "/pod/app/worker");
    assert_int_equal(cpuset_count(&cpu.cpus), 2);
    assert_true(cpu.quota == 50000);
    assert_true(cpu.user == 5 && cpu.system == 6);
}

static void
a_removed_cgroup_is_gone(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();

    (void)state;
    refuses(machine, "/pod/other", READ_ERROR_GONE);
    machine_remove(machine, "cg/pod/app/cgroup.procs");
    machine_remove(machine, "cg/pod/app/cpu.max");
    refuses(machine, "/pod/app", READ_ERROR_GONE);
}

static void
refuses_cpu_max(const char *text)
{
    HostText max = {(char *)text, strlen(text)};
    g_autoptr(GError) error = NULL;
    CgroupQuota quota;

    assert_false(cgroup_v2_cpu_max_parse(&max, &quota, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
}

static void
cpu_max_that_is_not_the_kernels_is_refused(void **state)
{
    (void)state;
    refuses_cpu_max("");
    refuses_cpu_max("max\n");
    refuses_cpu_max("max max\n");
    refuses_cpu_max("1 0\n");
    refuses_cpu_max("-1 100000\n");
    refuses_cpu_max("1 2 3\n");
}

static void
v1_a_quota_of_minus_one_is_none(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();
    CgroupCpu cpu;

    (void)state;
    machine_set(machine, "pod", "cpu.cfs_quota_us", "150000\n");
    machine_set(machine, "pod", "cpu.stat", "throttled_time 2500000\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_true(cpu.quota == 150000 && cpu.period == 100000);
    assert_true(cpu.throttled == 2500);
    cgroup_cpu_clear(&cpu);
}

static void
v1_totals_are_measured_and_their_parts_sampled(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();
    CgroupCpu cpu;

    (void)state;
    machine_set(machine, "pod/app", "cpuacct.usage_percpu", "10000 20000 \n");
    machine_set(machine, "pod/app", "cpuacct.usage_all",
                "cpu user system\n0 8000 4000\n1 21000 0\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_int_equal(cpu.n_per_cpu, 2);
    assert_true(cpu.per_cpu[0].user == 8 && cpu.per_cpu[0].system == 4);
    assert_true(cpu.per_cpu[0].total == 10 && cpu.per_cpu[1].total == 20);
    assert_true(cpu.user == 29 && cpu.system == 4 && cpu.nice == 0);
    cgroup_cpu_clear(&cpu);
}

static void
v1_before_usage_all_the_whole_tells_the_parts(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();
    CgroupCpu cpu;

    (void)state;
    machine_remove(machine, "v1/cpuacct/pod/app/cpuacct.usage_all");
    machine_set(machine, "pod/app", "cpuacct.usage_percpu", "10000 20000\n");
    machine_set(machine, "pod/app", "cpuacct.stat", "user 30\nsystem 10\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_true(cpu.per_cpu[0].user == 8 && cpu.per_cpu[0].system == 2);
    assert_true(cpu.per_cpu[1].user == 15 && cpu.per_cpu[1].system == 5);
    cgroup_cpu_clear(&cpu);
}

static void
v1_an_old_kernel_tells_only_configured_cpus(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();
    CgroupCpu cpu;

    (void)state;
    machine_remove(machine, "v1/cpuset/pod/app/cpuset.effective_cpus");
    machine_set(machine, "pod/app", "cpuset.cpus", "1-3\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_int_equal(cpuset_count(&cpu.cpus), 3);
    cgroup_cpu_clear(&cpu);
}

static void
v1_an_unset_cpuset_is_its_parents(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v1();
    CgroupCpu cpu;

    (void)state;
    machine_set(machine, "pod/app", "cpuset.effective_cpus", "\n");
    machine_set(machine, "pod", "cpuset.effective_cpus", "0-1\n");
    cpu = read_cpu(machine, "/pod/app");
    assert_int_equal(cpuset_count(&cpu.cpus), 2);
    cgroup_cpu_clear(&cpu);
}

static void
v1_text_that_is_not_the_kernels_is_refused(void **state)
{
    static const struct {
        const char *file, *text;
    } bad[] = {
        {"cpuacct.usage_percpu", ""},
        {"cpuacct.usage_percpu", "1 x\n"},
        {"cpuacct.usage_all", ""},
        {"cpuacct.usage_all", "cpu user\n"},
        {"cpuacct.usage_all", "cpu user system\n0 1\n"},
        {"cpuacct.usage_all", "cpu user system\n1 1 1\n"}, /* cpuacct.usage_percpu has one CPU */
        {"cpu.cfs_quota_us", ""},
        {"cpu.cfs_quota_us", "-2\n"},
        {"cpuset.effective_cpus", "all\n"},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(Machine) machine = machine_pod_v1();

        machine_set(machine, "pod/app", bad[i].file, bad[i].text);
        refuses(machine, "/pod/app", READ_ERROR_MALFORMED);
    }
}

static void
containers_have_numbers_of_their_own_and_the_host_has_none(void **state)
{
    g_autoptr(Machine) machine = machine_pod_v2();
    CgroupPaths host = {.unified = (char *)"/"}, pod = {.unified = (char *)"/pod"},
                app = {.unified = (char *)"/pod/app"};
    uint64_t id_host, id_pod, id_app;

    (void)state;
    assert_true(cgroup_container_id(&machine->tree.layout, &host, &id_host, NULL));
    assert_true(cgroup_container_id(&machine->tree.layout, &pod, &id_pod, NULL));
    assert_true(cgroup_container_id(&machine->tree.layout, &app, &id_app, NULL));
    assert_true(id_host == 0 && id_pod != 0 && id_app != 0 && id_pod != id_app);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_has_no_times_of_its_own),
        cmocka_unit_test(the_tightest_quota_is_that_of_the_least_ratio),
        cmocka_unit_test(ratios_of_huge_quotas_do_not_wrap),
        cmocka_unit_test(throttling_is_that_of_the_tightest_quota),
        cmocka_unit_test(nice_is_not_in_user),
        cmocka_unit_test(effective_cpus_count_and_not_configured_ones),
        cmocka_unit_test(where_a_controller_is_not_enabled_the_parent_counts),
        cmocka_unit_test(a_removed_cgroup_is_gone),
        cmocka_unit_test(cpu_max_that_is_not_the_kernels_is_refused),
        cmocka_unit_test(v1_a_quota_of_minus_one_is_none),
        cmocka_unit_test(v1_totals_are_measured_and_their_parts_sampled),
        cmocka_unit_test(v1_before_usage_all_the_whole_tells_the_parts),
        cmocka_unit_test(v1_an_old_kernel_tells_only_configured_cpus),
        cmocka_unit_test(v1_an_unset_cpuset_is_its_parents),
        cmocka_unit_test(v1_text_that_is_not_the_kernels_is_refused),
        cmocka_unit_test(containers_have_numbers_of_their_own_and_the_host_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
