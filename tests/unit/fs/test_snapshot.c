/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/fs/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ALL (NEED_MEMORY | NEED_CPUS | NEED_CPU_TIME | NEED_CPUINFO)
#define KIB UINT64_C(1024)

static Snapshot
take(Machine *machine, pid_t tid, unsigned needs)
{
    g_autoptr(GError) error = NULL;
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    Snapshot snapshot = {0};

    if (!machine->tree.history)
        machine_boot(machine);
    (void)(reader_identify(machine->tree.readers, tid, &reader, &error) &&
           snapshot_take(&machine->tree.server.sources, &reader, needs, 900 * G_USEC_PER_SEC,
                         &snapshot, &error));
    g_assert_no_error(error);
    return snapshot;
}

static Machine *
app(void)
{
    Machine *machine = machine_new(MACHINE_V2);

    machine_cgroup_v2(machine, "app");
    machine_set(machine, "app", "cgroup.procs", "50\n");
    machine_process(machine, &(MachineProcess){.pid = 50, .cgroup = "0::/app\n", .start = 100});
    return machine;
}

static void
only_what_is_needed_is_read(void **state)
{
    g_autoptr(Machine) machine = app();
    g_auto(Snapshot) snapshot = {0};

    (void)state;
    machine_remove(machine, "proc/stat");
    machine_remove(machine, "proc/cpuinfo");
    machine_set(machine, "app", "cpu.max", "garbage\n");
    snapshot = take(machine, 50, NEED_MEMORY);
    assert_non_null(snapshot.meminfo.text);
    assert_null(snapshot.stat.text);
    assert_null(snapshot.cpuinfo.text);
}

static void
a_snapshot_tells_when_and_of_whom(void **state)
{
    g_autoptr(Machine) machine = app();
    g_auto(Snapshot) snapshot = take(machine, 50, ALL);

    (void)state;
    assert_true(snapshot.now == 900 * G_USEC_PER_SEC);
    assert_true(snapshot.born == 100 * G_USEC_PER_SEC);
    assert_non_null(snapshot.cpuinfo.text);
}

static void
without_a_memory_cgroup_the_hosts_memory_is_told(void **state)
{
    g_autoptr(Machine) machine =
        machine_new("34 31 0:31 / /v1/cpuset rw - cgroup cgroup rw,cpuset\n");
    g_auto(Snapshot) snapshot = {0};

    (void)state;
    machine_cgroup_v1(machine, "app");
    machine_process(machine, &(MachineProcess){50, "1:cpuset:/app\n"});
    snapshot = take(machine, 50, NEED_MEMORY);
    assert_false(snapshot.memory.is_root); /* nobody above has to ask */
    assert_true(snapshot.memory.limit == CGROUP_NO_LIMIT);
    assert_true(snapshot.memory.usage == 524288 * KIB);
    assert_true(snapshot.memory.file == 100000 * KIB);
}

static void
without_a_cpuacct_cgroup_the_hosts_times_are_told(void **state)
{
    g_autoptr(Machine) machine =
        machine_new("34 31 0:31 / /v1/cpuset rw - cgroup cgroup rw,cpuset\n");
    g_auto(Snapshot) snapshot = {0};

    (void)state;
    machine_cgroup_v1(machine, "app");
    machine_process(machine, &(MachineProcess){50, "1:cpuset:/app\n"});
    snapshot = take(machine, 50, NEED_CPUS | NEED_CPU_TIME);
    assert_true(snapshot.cpu.is_root);
    assert_true(snapshot.born == 0);
    assert_int_equal(snapshot.cpu.n_per_cpu, 1);
    assert_true(snapshot.cpu.user == G_USEC_PER_SEC);
    assert_true(snapshot.cpu.system == G_USEC_PER_SEC / 2);
    assert_true(snapshot.cpu.id != 0);
}

static void
cpus_that_went_away_are_not_told(void **state)
{
    g_autoptr(Machine) machine = app();
    g_auto(Snapshot) snapshot = {0};

    (void)state;
    machine_set(machine, "app", "cpuset.cpus.effective", "0-3\n");
    snapshot = take(machine, 50, NEED_CPUS);
    assert_int_equal(cpuset_count(&snapshot.cpu.cpus), 1);
    snapshot_clear(&snapshot);
    machine_set(machine, "app", "cpuset.cpus.effective", "3\n");
    snapshot = take(machine, 50, NEED_CPUS);
    assert_int_equal(cpuset_count(&snapshot.cpu.cpus), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_needed_is_read),
        cmocka_unit_test(a_snapshot_tells_when_and_of_whom),
        cmocka_unit_test(without_a_memory_cgroup_the_hosts_memory_is_told),
        cmocka_unit_test(without_a_cpuacct_cgroup_the_hosts_times_are_told),
        cmocka_unit_test(cpus_that_went_away_are_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
