/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/shared_cpu.h"
#include "tests/unit/cmocka.h"

#define TICK 1000
#define ALL (NEED_CPUS | NEED_CPU_TIME)

static int
set_up(void **state)
{
    SharedCpu *shared = g_new0(SharedCpu, 1);

    g_mutex_init(&shared->lock);
    *state = shared;
    return 0;
}

static int
tear_down(void **state)
{
    shared_cpu_clear(*state);
    g_free(*state);
    return 0;
}

static void
put(SharedCpu *shared, uint64_t tick, unsigned needs, uint64_t quota)
{
    CpuUsage usages[] = {{.total = 1}, {.total = 2}};
    const Snapshot snapshot = {.tick = tick,
                               .now = tick + 1,
                               .born = 7,
                               .cpu = {.quota = quota, .per_cpu = usages, .n_per_cpu = 2}};

    shared_cpu_put(shared, needs, &snapshot);
}

static bool
has(SharedCpu *shared, uint64_t tick, unsigned needs)
{
    CpuFound found = {0};
    bool is_there = shared_cpu_get(shared, tick, needs, &found);

    cgroup_cpu_clear(&found.cpu);
    return is_there;
}

static void
what_one_found_others_of_the_tick_get(void **state)
{
    CpuFound found = {0};

    put(*state, TICK, ALL, 50);
    assert_true(shared_cpu_get(*state, TICK, NEED_CPUS | NEED_CPUINFO, &found));
    assert_int_equal(found.now, TICK + 1);
    assert_int_equal(found.born, 7);
    assert_int_equal(found.cpu.quota, 50);
    assert_int_equal(found.cpu.n_per_cpu, 2);
    assert_int_equal(found.cpu.per_cpu[1].total, 2);
    cgroup_cpu_clear(&found.cpu);
}

static void
nothing_outlives_its_tick(void **state)
{
    assert_false(has(*state, TICK, ALL));
    put(*state, TICK, ALL, 50);
    assert_true(has(*state, TICK, ALL));
    assert_false(has(*state, TICK + 1, ALL));
    put(*state, 0, ALL, 50); /* nothing is shared */
    assert_false(has(*state, 0, ALL));
}

static void
who_needs_more_finds_nothing(void **state)
{
    put(*state, TICK, NEED_CPUS, 50);
    assert_true(has(*state, TICK, NEED_CPUS));
    assert_false(has(*state, TICK, ALL));
    assert_false(has(*state, TICK, NEED_MEMORY));
}

static void
less_or_older_does_not_take_the_place_of_more(void **state)
{
    put(*state, TICK, ALL, 50);
    put(*state, TICK, NEED_CPUS, 60);
    put(*state, TICK - 1, ALL, 60);
    put(*state, TICK, NEED_MEMORY, 60);
    assert_true(has(*state, TICK, ALL));
}

static void
more_takes_the_place_of_less(void **state)
{
    put(*state, TICK, NEED_CPUS, 50);
    put(*state, TICK, ALL, 50);
    assert_true(has(*state, TICK, ALL));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_one_found_others_of_the_tick_get),
        TEST(nothing_outlives_its_tick),
        TEST(who_needs_more_finds_nothing),
        TEST(less_or_older_does_not_take_the_place_of_more),
        TEST(more_takes_the_place_of_less),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
