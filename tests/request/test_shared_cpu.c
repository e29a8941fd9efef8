/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/shared_cpu.h"
#include "tests/unit/cmocka.h"

#define TICK 1000
#define ALL (NEED_CPUS | NEED_CPU_TIME)

#define CONTAINER 3

static int
set_up(void **state)
{
    *state = shared_cpus_new();
    return 0;
}

static int
tear_down(void **state)
{
    cache_free(*state);
    return 0;
}

static void
put(Cache *shared, uint64_t tick, unsigned needs, uint64_t quota)
{
    CpuUsage usages[] = {{.total = 1}, {.total = 2}};
    const Snapshot snapshot = {.tick = tick,
                               .now = tick + 1,
                               .born = 7,
                               .cpu = {.quota = quota, .per_cpu = usages, .n_per_cpu = 2}};

    shared_cpus_put(shared, CONTAINER, needs, &snapshot);
}

static bool
has(Cache *shared, uint64_t tick, unsigned needs)
{
    CpuFound found = {0};
    bool is_there = shared_cpus_get(shared, CONTAINER, tick, needs, &found);

    cgroup_cpu_clear(&found.cpu);
    return is_there;
}

static void
what_one_found_others_of_the_tick_get(void **state)
{
    CpuFound found = {0};

    put(*state, TICK, ALL, 50);
    assert_true(shared_cpus_get(*state, CONTAINER, TICK, NEED_CPUS | NEED_CPUINFO, &found));
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

static void
what_is_one_container_s_is_no_other_s(void **state)
{
    CpuFound found = {0};

    put(*state, TICK, ALL, 50);
    assert_false(shared_cpus_get(*state, CONTAINER + 1, TICK, NEED_CPUS, &found));
}

static void
of_many_containers_no_more_than_so_many_share(void **state)
{
    const Snapshot snapshot = {.tick = TICK, .cpu = {.quota = 50}};
    CpuFound found = {0};
    unsigned n = 0;

    for (unsigned i = 0; i < 1000; i++)
        shared_cpus_put(*state, i, ALL, &snapshot);
    for (unsigned i = 0; i < 1000; i++)
        n += shared_cpus_get(*state, i, TICK, ALL, &found);
    assert_int_equal(n, 256);
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
        TEST(what_is_one_container_s_is_no_other_s),
        TEST(of_many_containers_no_more_than_so_many_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
