/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"
#include "tests/unit/lives.h"

#include <string.h>

#define OTHER_PID_NS "pid:[4026532200]"
#define INNER_PID_NS "pid:[4026532201]"

/* In seconds since boot. */
static unsigned
born(Machine *machine, pid_t tid)
{
    g_autoptr(GError) error = NULL;
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    uint64_t usec = 0;

    if (!machine->tree.history)
        machine_boot(machine);
    (void)(reader_identify(machine->tree.readers, tid, &reader, &error) &&
           reader_born(machine->tree.readers, &reader, &usec, &error));
    g_assert_no_error(error);
    return (unsigned)(usec / G_USEC_PER_SEC);
}

/* /app with an init that started after 100 s. */
static Machine *
app(void)
{
    Machine *machine = machine_new(MACHINE_V2);

    machine_cgroup_v2(machine, "app");
    machine_set(machine, "app", "cgroup.procs", "39\n40\n50\n");
    machine_process(machine, &(MachineProcess){.pid = 30, .cgroup = "0::/engine\n", .start = 1});
    machine_process(machine, &(MachineProcess){.pid = 40,
                                               .cgroup = "0::/app\n",
                                               .parent = 30,
                                               .number = 1,
                                               .pid_ns = OTHER_PID_NS,
                                               .start = 100});
    return machine;
}

static void
the_host_was_born_at_boot(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);

    (void)state;
    machine_process(machine, &(MachineProcess){.pid = 50, .cgroup = "0::/\n", .start = 70});
    assert_int_equal(born(machine, 50), 0);
}

static void
a_container_is_as_old_as_its_init(void **state)
{
    g_autoptr(Machine) machine = app();

    (void)state;
    machine_process(machine,
                    &(MachineProcess){.pid = 39, .cgroup = "0::/app\n", .start = 20}); /* older */
    machine_process(
        machine,
        &(MachineProcess){
            .pid = 50, .cgroup = "0::/app\n", .parent = 40, .pid_ns = OTHER_PID_NS, .start = 300});
    assert_int_equal(born(machine, 50), 100);
}

static void
without_an_init_it_is_as_old_as_its_oldest_process(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);

    (void)state;
    machine_cgroup_v2(machine, "service");
    machine_cgroup_v2(machine, "service/worker");
    machine_set(machine, "service", "cgroup.procs", "50\n");
    machine_set(machine, "service/worker", "cgroup.procs", "0\n51\n52\n");
    machine_process(machine, &(MachineProcess){.pid = 50, .cgroup = "0::/service\n", .start = 300});
    machine_process(machine,
                    &(MachineProcess){.pid = 51, .cgroup = "0::/service/worker\n", .start = 200});
    assert_int_equal(born(machine, 50), 200);
}

static void
an_init_in_another_cgroup_tells_nothing(void **state)
{
    g_autoptr(Machine) machine = app();

    (void)state;
    machine_cgroup_v2(machine, "sidecar");
    machine_set(machine, "sidecar", "cgroup.procs", "60\n");
    machine_process(machine, &(MachineProcess){.pid = 60,
                                               .cgroup = "0::/sidecar\n",
                                               .parent = 40,
                                               .pid_ns = OTHER_PID_NS,
                                               .start = 500});
    assert_int_equal(born(machine, 60), 500);
}

static void
a_pid_namespace_inside_does_not_make_it_younger(void **state)
{
    g_autoptr(Machine) machine = app();

    (void)state;
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/app\n",
                                               .parent = 40,
                                               .number = 1,
                                               .pid_ns = INNER_PID_NS,
                                               .start = 300});
    assert_int_equal(born(machine, 50), 100);
}

static void
a_birth_stays_when_the_oldest_ends(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);

    (void)state;
    machine_cgroup_v2(machine, "service");
    machine_set(machine, "service", "cgroup.procs", "50\n51\n");
    machine_process(machine, &(MachineProcess){.pid = 50, .cgroup = "0::/service\n", .start = 100});
    machine_process(machine, &(MachineProcess){.pid = 51, .cgroup = "0::/service\n", .start = 200});
    assert_int_equal(born(machine, 51), 100);
    machine_remove(machine, "proc/50");
    assert_int_equal(born(machine, 51), 100);
}

static void
who_looks_into_an_empty_container_tells_his_own_start(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);

    (void)state;
    machine_cgroup_v2(machine, "empty");
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/empty\n",
                                               .cgroup_ns = "cgroup:[4026532100]",
                                               .inside = "0::/\n",
                                               .start = 300});
    assert_int_equal(born(machine, 50), 300);
}

static void
in_the_next_life_it_is_no_younger_though_its_oldest_process_has_ended(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);
    g_autoptr(Lives) lives = lives_new();

    (void)state;
    machine_cgroup_v2(machine, "app");
    machine_set(machine, "app", "cgroup.procs", "40\n50\n");
    machine_process(machine, &(MachineProcess){.pid = 40, .cgroup = "0::/app\n", .start = 100});
    machine_process(machine, &(MachineProcess){.pid = 50, .cgroup = "0::/app\n", .start = 300});
    machine_boot(machine);
    readers_keep(machine->tree.readers, lives->shelf);
    assert_int_equal(born(machine, 50), 100);
    machine_remove(machine, "proc/40");
    machine_set(machine, "app", "cgroup.procs", "50\n");
    tree_close(&machine->tree);
    memset(&machine->tree, 0, sizeof machine->tree);
    lives_next(lives);
    machine_boot(machine);
    readers_keep(machine->tree.readers, lives->shelf);
    assert_int_equal(born(machine, 50), 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_was_born_at_boot),
        cmocka_unit_test(a_container_is_as_old_as_its_init),
        cmocka_unit_test(without_an_init_it_is_as_old_as_its_oldest_process),
        cmocka_unit_test(an_init_in_another_cgroup_tells_nothing),
        cmocka_unit_test(a_pid_namespace_inside_does_not_make_it_younger),
        cmocka_unit_test(a_birth_stays_when_the_oldest_ends),
        cmocka_unit_test(who_looks_into_an_empty_container_tells_his_own_start),
        cmocka_unit_test(in_the_next_life_it_is_no_younger_though_its_oldest_process_has_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
