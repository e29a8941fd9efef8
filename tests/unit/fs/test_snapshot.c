/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

#define ALL (NEED_MEMORY | NEED_CPUS | NEED_CPU_TIME | NEED_CPUINFO)
#define KIB UINT64_C(1024)

static Snapshot
take_at(Machine *machine, pid_t tid, unsigned needs, uint64_t now)
{
    g_autoptr(GError) error = NULL;
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    Snapshot snapshot = {0};

    if (!machine->tree.history)
        machine_boot(machine);
    (void)(reader_identify(machine->tree.readers, tid, &reader, &error) &&
           snapshot_take(&machine->tree.server.sources, &reader, needs, now, &snapshot, &error));
    g_assert_no_error(error);
    return snapshot;
}

#define NOW (900 * (uint64_t)G_USEC_PER_SEC)

static Snapshot
take(Machine *machine, pid_t tid, unsigned needs)
{
    return take_at(machine, tid, needs, NOW);
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
    assert_true(snapshot.now == NOW);
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

/* As the daemon has it. */
typedef struct {
    Tick tick;
    HostFiles *files;
} Sharing;

static void
share(Machine *machine, Sharing *sharing)
{
    machine_boot(machine);
    sharing->tick = (Tick){.length = TICK_USEC};
    sharing->files = host_files_new(machine->tree.root_fd);
    machine->tree.server.sources.tick = &sharing->tick;
    machine->tree.server.sources.host_files = sharing->files;
}

static void
snapshots_of_one_tick_share_the_hosts_files(void **state)
{
    g_autoptr(Machine) machine = app();
    Sharing sharing;

    (void)state;
    share(machine, &sharing);
    {
        g_auto(Snapshot) first = take_at(machine, 50, ALL, NOW);
        g_auto(Snapshot) same = take_at(machine, 50, ALL, NOW + TICK_USEC - 1);
        g_auto(Snapshot) next = take_at(machine, 50, ALL, NOW + TICK_USEC);

        assert_ptr_equal(first.meminfo.text, same.meminfo.text);
        assert_ptr_equal(first.stat.text, same.stat.text);
        assert_ptr_equal(first.cpuinfo.text, same.cpuinfo.text);
        assert_ptr_not_equal(first.meminfo.text, next.meminfo.text);
        assert_true(first.tick == NOW && same.tick == NOW && next.tick == NOW + TICK_USEC);
    }
    host_files_free(sharing.files);
}

static void
a_snapshot_of_no_instant_shares_nothing(void **state)
{
    g_autoptr(Machine) machine = app();
    Sharing sharing;

    (void)state;
    share(machine, &sharing);
    {
        g_auto(Snapshot) first = take_at(machine, 50, NEED_CPUS, NOW);
        g_auto(Snapshot) other = take_at(machine, 50, NEED_CPUS, 0);

        assert_ptr_not_equal(first.stat.text, other.stat.text);
        assert_true(other.tick == 0);
    }
    host_files_free(sharing.files);
}

static void
a_path_used_again_shows_the_numbers_of_who_has_it_now(void **state)
{
    g_autoptr(Machine) machine = app();
    Sharing sharing;

    (void)state;
    machine_set(machine, "app", "memory.max", "1000000\n");
    share(machine, &sharing);
    {
        g_auto(Snapshot) first = take_at(machine, 50, NEED_MEMORY, NOW), again = {0};

        machine_remove(machine, "cg/app");
        machine_cgroup_v2(machine, "app");
        machine_set(machine, "app", "memory.max", "2000000\n");
        again = take_at(machine, 50, NEED_MEMORY, NOW + 1);
        assert_int_equal(first.memory.limit, 1000000);
        assert_int_equal(again.memory.limit, 2000000);
    }
    host_files_free(sharing.files);
}

static void
events_are_the_same_with_memory_and_without(void **state)
{
    g_autoptr(Machine) machine = app();
    g_auto(Snapshot) with = {0}, without = {0};

    (void)state;
    machine_write(machine, "proc/vmstat", "pgfault 5\n");
    machine_set(machine, "app", "memory.stat", "anon 0\nfile 0\nkernel 0\npgfault 3\n");
    machine_set(machine, "app", "memory.events", "oom_kill 2\n");
    with = take(machine, 50, NEED_MEMORY | NEED_EVENTS);
    without = take(machine, 50, NEED_EVENTS);
    assert_memory_equal(&with.events, &without.events, sizeof with.events);
    assert_int_equal(with.events.counts.pgfault, 3);
    assert_int_equal(with.events.counts.oom_kill, 2);
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
        cmocka_unit_test(snapshots_of_one_tick_share_the_hosts_files),
        cmocka_unit_test(a_snapshot_of_no_instant_shares_nothing),
        cmocka_unit_test(a_path_used_again_shows_the_numbers_of_who_has_it_now),
        cmocka_unit_test(events_are_the_same_with_memory_and_without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
