/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/tasks.h"

#include "common/error.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

#include <string.h>

/* A thread of the v2 container /c, or of a cgroup below it. */
static void
add_thread(const Machine *machine, unsigned tid, char state, unsigned start)
{
    g_autofree char *stat_path = g_strdup_printf("proc/%u/task/%u/stat", tid, tid);
    g_autofree char *status_path = g_strdup_printf("proc/%u/status", tid);
    g_autofree char *stat = g_strdup_printf(
        "%u (a) b) %c 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 0\n", tid, state, start);
    g_autofree char *status = g_strdup_printf("NSpid:\t%u\t%u\t9\n", tid, tid - 100);

    machine_write(machine, stat_path, stat);
    machine_write(machine, status_path, status);
}

static void
use_cpu(const Machine *machine, unsigned usec)
{
    g_autofree char *text = g_strdup_printf("usage_usec %u\nuser_usec 1\nsystem_usec 1\n", usec);

    machine_set(machine, "/c", "cpu.stat", text);
}

static Machine *
machine_with_threads(void)
{
    Machine *machine = machine_new(MACHINE_V2);

    machine_cgroup_v2(machine, "/c");
    use_cpu(machine, 1000);
    machine_set(machine, "/c", "cgroup.threads", "101\n102\n103\n");
    add_thread(machine, 101, 'S', 10);
    add_thread(machine, 102, 'R', 30);
    add_thread(machine, 103, 'D', 20);
    machine_boot(machine);
    return machine;
}

static TaskSample
sample(const Machine *machine, TaskSample before)
{
    char path[] = "/c";
    CgroupPaths container = {.unified = path};
    g_autoptr(GError) error = NULL;

    (void)tasks_sample(machine->tree.root_fd, &machine->tree.layout, &container, &before, &error);
    assert_null(error);
    return before;
}

static void
threads_are_counted_by_what_they_do(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();
    TaskSample now = sample(machine, (TaskSample){0});

    (void)state;
    assert_int_equal(now.running, 1);
    assert_int_equal(now.blocked, 1);
    assert_int_equal(now.threads, 3);
    assert_int_equal(now.n_asked, 3);
    assert_int_equal(now.usage_usec, 1000);
}

static void
cgroups_below_count(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();
    TaskSample now;

    (void)state;
    machine_write(machine, "cg/c/one/two/cgroup.threads", "104\n");
    add_thread(machine, 104, 'R', 40);
    now = sample(machine, (TaskSample){0});
    assert_int_equal(now.running, 2);
    assert_int_equal(now.threads, 4);
}

static void
what_used_no_cpu_time_is_not_asked_again(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();
    TaskSample now = sample(machine, (TaskSample){0});

    (void)state;
    add_thread(machine, 102, 'S', 30);
    now = sample(machine, now);
    assert_int_equal(now.n_asked, 0);
    assert_int_equal(now.running, 1);
    use_cpu(machine, 1001);
    now = sample(machine, now);
    assert_int_equal(now.n_asked, 3);
    assert_int_equal(now.running, 0);
}

static void
a_thread_that_ended_meanwhile_is_none(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();
    TaskSample now;

    (void)state;
    machine_set(machine, "/c", "cgroup.threads", "101\n999\n0\nx\n102\n");
    now = sample(machine, (TaskSample){0});
    assert_int_equal(now.threads, 2);
}

static void
the_pids_controller_counts_the_threads(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();

    (void)state;
    machine_set(machine, "/c", "pids.current", "640\n");
    assert_int_equal(sample(machine, (TaskSample){0}).threads, 640);
}

static void
the_newest_thread_gives_the_last_pid(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();

    (void)state;
    assert_int_equal(sample(machine, (TaskSample){0}).last_pid, 9);
    assert_int_equal(sample(machine, (TaskSample){.level = 2}).last_pid, 2);
    assert_int_equal(sample(machine, (TaskSample){.level = 1}).last_pid, 102);
}

static void
of_threads_as_old_the_higher_number_is_newer(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();

    (void)state;
    add_thread(machine, 103, 'S', 30);
    assert_int_equal(sample(machine, (TaskSample){.level = 2}).last_pid, 3);
}

static void
the_last_pid_stays_when_its_thread_ends(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();
    TaskSample now = sample(machine, (TaskSample){.level = 2});

    (void)state;
    machine_set(machine, "/c", "cgroup.threads", "101\n103\n");
    use_cpu(machine, 2000);
    assert_int_equal(sample(machine, now).last_pid, 2);
    machine_set(machine, "/c", "cgroup.threads", "101\n103\n107\n");
    add_thread(machine, 107, 'S', 31);
    use_cpu(machine, 3000);
    assert_int_equal(sample(machine, now).last_pid, 7);
}

static void
who_asks_waits_though_he_has_not_gone_to_sleep(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();
    TaskSample for_nobody = sample(machine, (TaskSample){0});
    TaskSample for_102 = sample(machine, (TaskSample){.asker = 102});

    (void)state;
    assert_int_equal(for_102.running, for_nobody.running - 1);
    assert_int_equal(for_102.threads, for_nobody.threads);
}

static void
a_cgroup_that_was_removed_is_gone(void **state)
{
    g_autoptr(Machine) machine = machine_with_threads();
    char path[] = "/other";
    CgroupPaths container = {.unified = path};
    TaskSample now = {.running = 5};
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(
        tasks_sample(machine->tree.root_fd, &machine->tree.layout, &container, &now, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
    assert_int_equal(now.running, 5);
}

/* Version 1 with a freezer. */
static void
frozen_threads_are_not_blocked(void **state)
{
    g_autoptr(Machine) machine =
        machine_new(MACHINE_V1 "36 31 0:33 / /v1/freezer rw - cgroup cgroup rw,freezer\n");
    char path[] = "/c";
    CgroupPaths container = {.v1[CGROUP_CPUACCT] = path, .v1[CGROUP_FREEZER] = path};
    TaskSample now = {0};

    (void)state;
    machine_cgroup_v1(machine, "/c");
    machine_write(machine, "v1/cpuacct/c/cpuacct.usage", "1000000\n");
    machine_write(machine, "v1/cpuacct/c/tasks", "101\n");
    machine_write(machine, "v1/freezer/c/cgroup.procs", "101\n");
    machine_write(machine, "v1/freezer/c/freezer.state", "THAWED\n");
    add_thread(machine, 101, 'D', 10);
    machine_boot(machine);
    assert_true(tasks_sample(machine->tree.root_fd, &machine->tree.layout, &container, &now, NULL));
    assert_int_equal(now.blocked, 1);
    assert_int_equal(now.usage_usec, 1000);
    machine_write(machine, "v1/freezer/c/freezer.state", "FROZEN\n");
    now = (TaskSample){0};
    assert_true(tasks_sample(machine->tree.root_fd, &machine->tree.layout, &container, &now, NULL));
    assert_int_equal(now.blocked, 0);
}

static void
a_stat_without_a_start_time_is_malformed(void **state)
{
    static const char *const texts[] = {"", "1 (a", "1 (a) R", "1 (a) R 1 1 1 0 -1 0",
                                        "1 (a) R 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 x 0"};
    TaskStat stat;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_false(task_stat_parse(texts[i], strlen(texts[i]), &stat, NULL));
}

static void
a_status_without_numbers_tells_none(void **state)
{
    unsigned levels = 7;

    (void)state;
    assert_int_equal(task_number_parse("Pid:\t1\n", 7, 0, &levels), 0);
    assert_int_equal(levels, 0);
    assert_int_equal(task_number_parse("NSpid:\t12\n", 10, 2, &levels), 0);
    assert_int_equal(levels, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_are_counted_by_what_they_do),
        cmocka_unit_test(cgroups_below_count),
        cmocka_unit_test(what_used_no_cpu_time_is_not_asked_again),
        cmocka_unit_test(a_thread_that_ended_meanwhile_is_none),
        cmocka_unit_test(the_pids_controller_counts_the_threads),
        cmocka_unit_test(the_newest_thread_gives_the_last_pid),
        cmocka_unit_test(of_threads_as_old_the_higher_number_is_newer),
        cmocka_unit_test(the_last_pid_stays_when_its_thread_ends),
        cmocka_unit_test(who_asks_waits_though_he_has_not_gone_to_sleep),
        cmocka_unit_test(a_cgroup_that_was_removed_is_gone),
        cmocka_unit_test(frozen_threads_are_not_blocked),
        cmocka_unit_test(a_stat_without_a_start_time_is_malformed),
        cmocka_unit_test(a_status_without_numbers_tells_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
