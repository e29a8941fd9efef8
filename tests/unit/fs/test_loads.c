/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/loads.h"

#include "common/error.h"
#include "fs/load_record.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"
#include "tests/unit/lives.h"

#include <stdio.h>

#define NOW (100 * UINT64_C(1000000))
#define SEC UINT64_C(1000000)
#define READER 101
#define WORKER 201 /* another thread of his container */

static void
set(const Machine *machine, const char *cgroup, unsigned tid, char state, unsigned usage)
{
    g_autofree char *stat_path = g_strdup_printf("proc/%u/task/%u/stat", tid, tid);
    g_autofree char *stat =
        g_strdup_printf("%u (app) %c 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n", tid, state);
    g_autofree char *threads = g_strdup_printf("%u\n", tid);
    g_autofree char *text = g_strdup_printf("usage_usec %u\nuser_usec 1\nsystem_usec 1\n", usage);

    machine_write(machine, stat_path, stat);
    machine_set(machine, cgroup, "cgroup.threads", threads);
    machine_set(machine, cgroup, "cpu.stat", text);
}

/* Containers /a and /b with a thread each, born 99 s ago, asleep. */
static Machine *
machine_of_two(void)
{
    Machine *machine = machine_new(MACHINE_V2);

    machine_cgroup_v2(machine, "/a");
    machine_cgroup_v2(machine, "/b");
    machine_process(machine,
                    &(MachineProcess){.pid = READER, .cgroup = "0::/a\n", .number = 1, .start = 1});
    machine_process(machine, &(MachineProcess){
                                 .pid = READER + 1, .cgroup = "0::/b\n", .number = 1, .start = 1});
    set(machine, "/a", READER, 'S', 0);
    set(machine, "/b", READER + 1, 'S', 0);
    machine_boot(machine);
    return machine;
}

static bool
try_read(Machine *machine, pid_t pid, unsigned needs, uint64_t now, LoadView *ret, GError **error)
{
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};

    assert_true(reader_identify(machine->tree.readers, pid, &reader, NULL));
    return loads_read(machine->tree.loads, &reader, needs, now, ret, error);
}

static LoadView
read_at(Machine *machine, pid_t pid, uint64_t now)
{
    LoadView view;

    assert_true(try_read(machine, pid, NEED_LOAD, now, &view, NULL));
    return view;
}

static void
averages_begin_with_their_first_reader(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    LoadView view;

    (void)state;
    assert_true(try_read(machine, READER, NEED_THREADS, NOW, &view, NULL));
    assert_int_equal(loads_averaged(machine->tree.loads), 0);
    (void)read_at(machine, READER, NOW);
    assert_int_equal(loads_averaged(machine->tree.loads), 1);
    (void)read_at(machine, READER, NOW);
    assert_int_equal(loads_averaged(machine->tree.loads), 1);
    (void)read_at(machine, READER + 1, NOW);
    assert_int_equal(loads_averaged(machine->tree.loads), 2);
}

static void
a_spinner_since_birth_begins_with_its_past(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();

    (void)state;
    set(machine, "/a", WORKER, 'R', 99 * SEC);
    assert_int_equal(read_at(machine, READER, NOW).averages[0], 1630); /* 19 periods: 0.80 */
    assert_int_equal(read_at(machine, READER + 1, NOW).averages[0], 0);
}

static void
averages_go_on_without_readers(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    LoadView view;

    (void)state;
    (void)read_at(machine, READER, NOW);
    (void)read_at(machine, READER + 1, NOW);
    set(machine, "/a", WORKER, 'R', 1000);
    for (unsigned i = 1; i <= 12; i++)
        loads_advance(machine->tree.loads, NOW + i * 5 * SEC, 1);
    view = read_at(machine, READER, NOW + 60 * SEC);
    assert_int_equal(view.averages[0], 1299);
    assert_int_equal(view.averages[1], 378);
    assert_int_equal(view.running, 1);
    assert_int_equal(read_at(machine, READER + 1, NOW + 60 * SEC).averages[0], 0);
}

static void
readers_share_the_sample_of_a_second(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();

    (void)state;
    assert_int_equal(read_at(machine, READER, NOW).running, 0);
    set(machine, "/a", WORKER, 'R', 1000);
    assert_int_equal(read_at(machine, READER, NOW + SEC - 1).running, 0);
    assert_int_equal(read_at(machine, READER, NOW + SEC).running, 1);
}

/* A thousand threads cost a thousand times as much. */
static void
samples_of_many_threads_are_shared_for_longer(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();

    (void)state;
    machine_set(machine, "/a", "pids.current", "8000\n");
    assert_int_equal(read_at(machine, READER, NOW).running, 0);
    set(machine, "/a", WORKER, 'R', 1000);
    assert_int_equal(read_at(machine, READER, NOW + 8 * SEC - 1).running, 0);
    assert_int_equal(read_at(machine, READER, NOW + 8 * SEC).running, 1);
}

static void
he_who_reads_may_be_the_last_pid(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();

    (void)state;
    machine_process(machine,
                    &(MachineProcess){.pid = 150, .cgroup = "0::/a\n", .number = 42, .start = 50});
    assert_int_equal(read_at(machine, READER, NOW).last_pid, 1);
    assert_int_equal(read_at(machine, 150, NOW).last_pid, 42);
}

/* One memory cgroup, two of cpuacct: two containers as far as threads go. */
static void
containers_are_told_apart_where_their_threads_are_counted(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V1);

    (void)state;
    machine_cgroup_v1(machine, "/m");
    machine_cgroup_v1(machine, "/a");
    machine_cgroup_v1(machine, "/b");
    machine_write(machine, "v1/cpuacct/a/cpuacct.usage", "0\n");
    machine_write(machine, "v1/cpuacct/b/cpuacct.usage", "0\n");
    machine_process(machine, &(MachineProcess){.pid = READER,
                                               .cgroup = "1:memory:/m\n2:cpuacct:/a\n"
                                                         "3:cpu:/a\n4:cpuset:/a\n"});
    machine_process(machine, &(MachineProcess){.pid = READER + 1,
                                               .cgroup = "1:memory:/m\n2:cpuacct:/b\n"
                                                         "3:cpu:/b\n4:cpuset:/b\n"});
    machine_boot(machine);
    (void)read_at(machine, READER, NOW);
    (void)read_at(machine, READER + 1, NOW);
    assert_int_equal(loads_averaged(machine->tree.loads), 2);
}

static void
a_container_that_is_gone_is_forgotten(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();

    (void)state;
    (void)read_at(machine, READER, NOW);
    (void)read_at(machine, READER + 1, NOW);
    machine_remove(machine, "cg/a");
    loads_advance(machine->tree.loads, NOW + 5 * SEC, 1);
    assert_int_equal(loads_averaged(machine->tree.loads), 1);
}

/* docker restart makes the cgroup again, at the same path. */
static void
a_container_at_the_path_of_one_that_ended_is_another(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    g_autofree char *path = g_build_filename(machine->directory, "cg/a", NULL);
    g_autofree char *away = g_build_filename(machine->directory, "cg/ended", NULL);

    (void)state;
    (void)read_at(machine, READER, NOW);
    /* Not removed: a disk would give its number to the next, which cgroupfs never does. */
    assert_int_equal(rename(path, away), 0);
    machine_cgroup_v2(machine, "/a");
    set(machine, "/a", READER, 'S', 0);
    loads_advance(machine->tree.loads, NOW + 5 * SEC, 1);
    assert_int_equal(loads_averaged(machine->tree.loads), 0);
    (void)read_at(machine, READER, NOW + 5 * SEC);
    assert_int_equal(loads_averaged(machine->tree.loads), 1);
}

static void
a_container_that_cannot_be_looked_at_goes_on_as_it_was(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();

    (void)state;
    set(machine, "/a", WORKER, 'R', 1000);
    (void)read_at(machine, READER, NOW);
    machine_set(machine, "/a", "cpu.stat", "usage_usec x\n");
    loads_advance(machine->tree.loads, NOW + 5 * SEC, 12);
    assert_int_equal(loads_averaged(machine->tree.loads), 1);
    set(machine, "/a", WORKER, 'R', 1000);
    assert_int_equal(read_at(machine, READER, NOW + 60 * SEC).averages[0], 1297);
}

static void
what_cannot_be_read_is_the_readers_error(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    g_autoptr(GError) error = NULL;
    LoadView view;

    (void)state;
    machine_set(machine, "/a", "cpu.stat", "usage_usec x\n");
    assert_false(try_read(machine, READER, NEED_LOAD, NOW, &view, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
}

static void
the_container_read_longest_ago_makes_room(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    LoadView view;

    (void)state;
    loads_free(machine->tree.loads);
    machine->tree.loads = loads_new(&machine->tree.server.sources, 1);
    set(machine, "/a", WORKER, 'R', 99 * SEC);
    (void)read_at(machine, READER, NOW);
    (void)read_at(machine, READER + 1, NOW);
    assert_int_equal(loads_averaged(machine->tree.loads), 1);
    view = read_at(machine, READER, NOW);
    assert_int_equal(view.averages[0], 1630); /* begun again */
}

/* Whoever was there before is no more; nobody has told the shelf. */
static void
live_again(Machine *machine, Lives *lives)
{
    loads_free(machine->tree.loads);
    lives_next(lives);
    machine->tree.loads = loads_new(&machine->tree.server.sources, 16);
    loads_keep(machine->tree.loads, lives->shelf);
}

static void
in_the_next_life_averages_are_what_they_were(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    g_autoptr(Lives) lives = lives_new();
    LoadView before, after;

    (void)state;
    loads_keep(machine->tree.loads, lives->shelf);
    set(machine, "/a", WORKER, 'R', 99 * SEC);
    (void)read_at(machine, READER, NOW);
    loads_advance(machine->tree.loads, NOW + 5 * SEC, 1);
    before = read_at(machine, READER, NOW + 5 * SEC);
    live_again(machine, lives);
    assert_int_equal(loads_averaged(machine->tree.loads), 1);
    after = read_at(machine, READER, NOW + 5 * SEC);
    assert_memory_equal(&before, &after, sizeof before);
}

/* As if the record had been made @usec earlier. */
static bool
make_older(uint64_t id, const void *data, size_t len, void *usec)
{
    g_autoptr(Load) load = load_record_read(id, data, len);
    g_auto(RecordWriter) writer = {.more = NULL};

    load->due -= *(const uint64_t *)usec;
    load_record_write(load, &writer);
    memcpy((void *)data, record_bytes(&writer, &len), len);
    return true;
}

static void
in_the_next_life_averages_have_gone_on_meanwhile(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    g_autoptr(Lives) lives = lives_new();
    uint64_t minute = 12 * LOAD_VIEW_PERIOD_USEC;
    LoadView view;

    (void)state;
    loads_keep(machine->tree.loads, lives->shelf);
    (void)read_at(machine, READER, NOW);
    set(machine, "/a", WORKER, 'R', 1000);
    shelf_foreach(lives->shelf, SHELF_LOAD, make_older, &minute);
    loads_free(machine->tree.loads);
    machine->tree.loads = loads_new(&machine->tree.server.sources, 16);
    loads_keep(machine->tree.loads, lives->shelf);
    for (unsigned i = 0; i < 500; i++) {
        view = read_at(machine, READER, NOW);
        if (view.averages[0] > 0)
            break;
        g_usleep(10000);
    }
    assert_in_range(view.averages[0], 1100, 1400); /* a thread that ran for a minute: 0.63 */
}

static void
once_stopped_nothing_is_written_by_itself(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    g_autoptr(Lives) lives = lives_new();
    uint64_t minute = 12 * LOAD_VIEW_PERIOD_USEC;
    LoadView before, after;

    (void)state;
    loads_keep(machine->tree.loads, lives->shelf);
    set(machine, "/a", WORKER, 'R', 99 * SEC);
    before = read_at(machine, READER, NOW);
    shelf_foreach(lives->shelf, SHELF_LOAD, make_older, &minute); /* it would go on at once */
    loads_free(machine->tree.loads);
    machine->tree.loads = loads_new(&machine->tree.server.sources, 16);
    loads_stop(machine->tree.loads);
    loads_keep(machine->tree.loads, lives->shelf);
    g_usleep(20000);
    after = read_at(machine, READER, NOW);
    assert_int_equal(after.averages[0], before.averages[0]);
}

static void
one_that_is_gone_leaves_the_shelf(void **state)
{
    g_autoptr(Machine) machine = machine_of_two();
    g_autoptr(Lives) lives = lives_new();

    (void)state;
    loads_keep(machine->tree.loads, lives->shelf);
    (void)read_at(machine, READER, NOW);
    (void)read_at(machine, READER + 1, NOW);
    assert_int_equal(lives_count(lives, SHELF_LOAD), 2);
    machine_remove(machine, "cg/a");
    live_again(machine, lives);
    loads_advance(machine->tree.loads, NOW + 5 * SEC, 1);
    assert_int_equal(loads_size(machine->tree.loads), 1);
    assert_int_equal(lives_count(lives, SHELF_LOAD), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(averages_begin_with_their_first_reader),
        cmocka_unit_test(a_spinner_since_birth_begins_with_its_past),
        cmocka_unit_test(averages_go_on_without_readers),
        cmocka_unit_test(readers_share_the_sample_of_a_second),
        cmocka_unit_test(samples_of_many_threads_are_shared_for_longer),
        cmocka_unit_test(he_who_reads_may_be_the_last_pid),
        cmocka_unit_test(containers_are_told_apart_where_their_threads_are_counted),
        cmocka_unit_test(a_container_that_is_gone_is_forgotten),
        cmocka_unit_test(a_container_at_the_path_of_one_that_ended_is_another),
        cmocka_unit_test(a_container_that_cannot_be_looked_at_goes_on_as_it_was),
        cmocka_unit_test(what_cannot_be_read_is_the_readers_error),
        cmocka_unit_test(the_container_read_longest_ago_makes_room),
        cmocka_unit_test(in_the_next_life_averages_are_what_they_were),
        cmocka_unit_test(in_the_next_life_averages_have_gone_on_meanwhile),
        cmocka_unit_test(once_stopped_nothing_is_written_by_itself),
        cmocka_unit_test(one_that_is_gone_leaves_the_shelf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
