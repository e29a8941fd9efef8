/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is shared for a tick, with whom, and above all with whom not. */

#include "common/error.h"
#include "fs/metrics.h"
#include "tests/request/machine.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/file_of.h"
#include "tests/unit/fs/serve_as.h"
#include "tests/unit/folder.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    Machine *machine;
    uint64_t made; /* METRIC_SNAPSHOTS when the test began */
} Fixture;

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->machine = machine_new();
    machine_share(fixture->machine);
    fixture->made = metrics_get(METRIC_SNAPSHOTS);
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    machine_free(fixture->machine);
    g_free(fixture);
    return 0;
}

static uint64_t
made(const Fixture *fixture)
{
    return metrics_get(METRIC_SNAPSHOTS) - fixture->made;
}

/* The caller frees. */
static char *
read_text(const Fixture *fixture, const char *path, pid_t tid, uint64_t now, GError **error)
{
    const ProcName name = {.file = file_of(path)};
    g_autoptr(GString) text = g_string_new(NULL);

    if (!serve_as(&fixture->machine->server, &name, tid, now, text, error))
        return NULL;
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
text_of(const Fixture *fixture, const char *path, pid_t tid, uint64_t now)
{
    char *text = read_text(fixture, path, tid, now, NULL);

    assert_non_null(text);
    return text;
}

static void
refuses(const Fixture *fixture, pid_t tid, uint64_t now, ReadError code)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = read_text(fixture, "proc/meminfo", tid, now, &error);

    assert_null(text);
    assert_true(g_error_matches(error, READ_ERROR, (int)code));
}

static void
shows(const Fixture *fixture, pid_t tid, uint64_t now, const char *start)
{
    g_autofree char *text = text_of(fixture, "proc/meminfo", tid, now);

    if (!g_str_has_prefix(text, start))
        assert_string_equal(text, start);
}

static uint64_t
recalled(const Fixture *fixture, pid_t tid, uint64_t now)
{
    g_autoptr(Asker) asker = askers_recall(fixture->machine->askers, tid, now, NULL);

    assert_non_null(asker);
    return asker_number(asker);
}

static uint64_t
identified(const Fixture *fixture, pid_t tid, uint64_t now)
{
    g_autoptr(Asker) asker = askers_identify(fixture->machine->askers, tid, now, NULL);

    assert_non_null(asker);
    return asker_number(asker);
}

#define NOW MACHINE_NOW
#define NEXT (MACHINE_NOW + TICK_USEC)
#define TOTAL_A "MemTotal:         262144 kB\n"
#define TOTAL_B "MemTotal:         524288 kB\n"

static void
two_readers_of_a_container_in_one_tick_cost_one_making(void **state)
{
    shows(*state, PID_A, NOW, TOTAL_A);
    shows(*state, PID_A2, NOW + TICK_USEC - 1, TOTAL_A);
    assert_int_equal(made(*state), 1);
}

static void
each_tick_is_a_new_making(void **state)
{
    Fixture *fixture = *state;

    shows(fixture, PID_A, NOW, TOTAL_A);
    machine_write(fixture->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 128u << 20);
    shows(fixture, PID_A, NEXT - 1, TOTAL_A);
    shows(fixture, PID_A, NEXT, "MemTotal:         131072 kB\n");
    assert_int_equal(made(fixture), 2);
}

static void
two_files_are_two_makings(void **state)
{
    g_autofree char *meminfo = text_of(*state, "proc/meminfo", PID_A, NOW);
    g_autofree char *uptime = text_of(*state, "proc/uptime", PID_A, NOW);

    assert_string_not_equal(meminfo, uptime);
    assert_int_equal(made(*state), 2);
}

static void
two_containers_share_nothing_but_the_tick(void **state)
{
    shows(*state, PID_A, NOW, TOTAL_A);
    shows(*state, PID_B, NOW, TOTAL_B);
    shows(*state, PID_A2, NOW, TOTAL_A);
    assert_int_equal(made(*state), 2);
}

static void
without_a_tick_each_reader_costs_a_making(void **state)
{
    Fixture *fixture = *state;

    fixture->machine->tick.length = 0;
    shows(fixture, PID_A, NOW, TOTAL_A);
    shows(fixture, PID_A2, NOW, TOTAL_A);
    assert_int_equal(made(fixture), 2);
}

static void
move(const Fixture *fixture, const char *cgroup)
{
    machine_write(fixture->machine, "proc/201/cgroup", "0::%s\n", cgroup);
}

static void
whoever_moved_is_himself_again_at_the_next_tick(void **state)
{
    shows(*state, PID_A, NOW, TOTAL_A);
    move(*state, "/b");
    shows(*state, PID_A, NEXT, TOTAL_B);
}

static void
who_was_of_the_host_is_shown_its_container_at_once(void **state)
{
    const Fixture *fixture = *state;

    assert_true(recalled(fixture, PID_HOST, NOW) == 0);
    machine_write(fixture->machine, "proc/100/cgroup", "0::/b\n");
    shows(fixture, PID_HOST, NOW, TOTAL_B);
}

static void
whoever_moved_is_found_where_he_is_by_a_look_at_once(void **state)
{
    uint64_t b = identified(*state, PID_B, NOW);

    assert_true(recalled(*state, PID_A, NOW) != b);
    move(*state, "/b");
    assert_true(identified(*state, PID_A, NOW) == b);
    assert_true(recalled(*state, PID_A, NOW) == b); /* and remembered there */
}

static void
the_next_owner_of_a_pid_is_not_taken_for_the_one_before(void **state)
{
    Fixture *fixture = *state;

    shows(fixture, PID_A, NOW, TOTAL_A);
    machine_remove(fixture->machine, "proc/201");
    machine_add_process(fixture->machine, PID_A, "/b");
    shows(fixture, PID_A, NOW, TOTAL_B);
}

static void
whoever_has_ended_is_not_remembered(void **state)
{
    Fixture *fixture = *state;

    shows(fixture, PID_A, NOW, TOTAL_A);
    machine_remove(fixture->machine, "proc/201");
    refuses(fixture, PID_A, NOW, READ_ERROR_GONE);
}

static void
give_time_namespace(const Fixture *fixture)
{
    machine_set_namespace(fixture->machine, PID_A2, "time", 77);
    machine_write(fixture->machine, "proc/202/timens_offsets", "monotonic 0 0\nboottime 500 0\n");
}

static void
a_file_that_tells_time_is_not_shared_with_another_time_namespace(void **state)
{
    g_autofree char *here = NULL, *there = NULL, *again = NULL;

    give_time_namespace(*state);
    here = text_of(*state, "proc/stat", PID_A, NOW);
    there = text_of(*state, "proc/stat", PID_A2, NOW);
    again = text_of(*state, "proc/stat", PID_A, NOW);
    assert_string_not_equal(strstr(here, "btime"), strstr(there, "btime"));
    assert_string_equal(here, again);
    assert_int_equal(made(*state), 2);
}

static void
a_file_that_tells_no_time_is_shared_with_another_time_namespace(void **state)
{
    give_time_namespace(*state);
    shows(*state, PID_A, NOW, TOTAL_A);
    shows(*state, PID_A2, NOW, TOTAL_A);
    assert_int_equal(made(*state), 1);
}

/* Puts another cgroup, of 64 MiB, in the place of container a's. */
static void
replace_a(const Fixture *fixture)
{
    g_autofree char *a = folder_inside(fixture->machine->path, "sys/fs/cgroup/a");
    g_autofree char *before = folder_inside(fixture->machine->path, "sys/fs/cgroup/before");
    static const char *const files[] = {"memory.current", "memory.high", "memory.swap.max",
                                        "memory.swap.current", "memory.stat"};

    assert_int_equal(rename(a, before), 0);
    machine_write(fixture->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 64u << 20);
    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *from = g_build_filename(before, files[i], NULL);
        g_autofree char *to = g_build_filename("sys/fs/cgroup/a", files[i], NULL);
        g_autofree char *text = NULL;

        assert_true(g_file_get_contents(from, &text, NULL, NULL));
        machine_write(fixture->machine, to, "%s", text);
    }
}

#define TOTAL_NEXT "MemTotal:          65536 kB\n"

static void
whoever_is_remembered_is_not_told_what_took_his_containers_path(void **state)
{
    Fixture *fixture = *state;

    (void)recalled(fixture, PID_A, NOW);
    replace_a(fixture);
    refuses(fixture, PID_A, NOW, READ_ERROR_GONE);
}

static void
a_container_in_a_used_path_is_not_told_what_the_one_before_was(void **state)
{
    Fixture *fixture = *state;
    uint64_t before = recalled(fixture, PID_A, NOW);

    shows(fixture, PID_A, NOW, TOTAL_A);
    replace_a(fixture);
    shows(fixture, PID_A2, NOW, TOTAL_NEXT); /* in the very tick that the other's text is of */
    assert_true(recalled(fixture, PID_A2, NOW) != before);
    shows(fixture, PID_A, NEXT, TOTAL_NEXT);
}

static void
write_model(const Fixture *fixture, const char *model)
{
    machine_write(fixture->machine, "proc/cpuinfo",
                  "processor\t: 0\nmodel name\t: %s\n\nprocessor\t: 1\nmodel name\t: %s\n\n", model,
                  model);
}

static void
shows_model(const Fixture *fixture, pid_t tid, const char *model)
{
    g_autofree char *text = text_of(fixture, "proc/cpuinfo", tid, NOW);

    assert_non_null(strstr(text, model));
}

static void
what_the_kernel_writes_for_32_bit_readers_is_nobody_elses(void **state)
{
    Fixture *fixture = *state;

    machine_write(fixture->machine, "proc/202/personality", "00000008\n");
    write_model(fixture, "wide");
    shows_model(fixture, PID_A, "wide");
    write_model(fixture, "narrow");
    shows_model(fixture, PID_A2, "narrow");
    shows_model(fixture, PID_A, "wide");
}

static void
a_failure_is_not_shared(void **state)
{
    Fixture *fixture = *state;

    machine_write(fixture->machine, "sys/fs/cgroup/a/memory.max", "many\n");
    refuses(fixture, PID_A, NOW, READ_ERROR_MALFORMED);
    machine_write(fixture->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 256u << 20);
    shows(fixture, PID_A, NEXT, TOTAL_A);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_readers_of_a_container_in_one_tick_cost_one_making),
        TEST(each_tick_is_a_new_making),
        TEST(two_files_are_two_makings),
        TEST(two_containers_share_nothing_but_the_tick),
        TEST(without_a_tick_each_reader_costs_a_making),
        TEST(whoever_moved_is_himself_again_at_the_next_tick),
        TEST(who_was_of_the_host_is_shown_its_container_at_once),
        TEST(whoever_moved_is_found_where_he_is_by_a_look_at_once),
        TEST(the_next_owner_of_a_pid_is_not_taken_for_the_one_before),
        TEST(whoever_has_ended_is_not_remembered),
        TEST(a_file_that_tells_time_is_not_shared_with_another_time_namespace),
        TEST(a_file_that_tells_no_time_is_shared_with_another_time_namespace),
        TEST(whoever_is_remembered_is_not_told_what_took_his_containers_path),
        TEST(a_container_in_a_used_path_is_not_told_what_the_one_before_was),
        TEST(what_the_kernel_writes_for_32_bit_readers_is_nobody_elses),
        TEST(a_failure_is_not_shared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
