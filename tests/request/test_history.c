/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/history.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

#define SEC ((uint64_t)G_USEC_PER_SEC)
#define MAX_CONTAINERS 2

static int
make(void **state)
{
    *state = history_new(MAX_CONTAINERS);
    return 0;
}

static int
unmake(void **state)
{
    history_free(*state);
    return 0;
}

/* What the container @id shows at @now if it has used @user in all; born at 0, on one CPU. */
static CpuTimes
at(History *history, uint64_t id, uint64_t now, uint64_t user)
{
    g_auto(CpuView) view = {0};
    Snapshot snapshot = {.now = now, .cpu = {.id = id, .quota = CGROUP_NO_LIMIT, .user = user}};
    CpuTimes total;

    cpuset_add(&snapshot.cpu.cpus, 0);
    history_advance(history, &snapshot, &snapshot.cpu.cpus, &view);
    total = view.total;
    return total;
}

static void
counters_grow_with_the_container(void **state)
{
    assert_int_equal(at(*state, 1, 10 * SEC, 2 * SEC).user, 2 * SEC);
    assert_int_equal(at(*state, 1, 20 * SEC, 3 * SEC).user, 3 * SEC);
    assert_int_equal(at(*state, 1, 20 * SEC, 3 * SEC).idle, 17 * SEC);
}

static void
two_containers_do_not_mix(void **state)
{
    (void)at(*state, 1, 10 * SEC, 2 * SEC);
    assert_int_equal(at(*state, 2, 10 * SEC, 1 * SEC).user, 1 * SEC);
    assert_int_equal(at(*state, 1, 10 * SEC, 2 * SEC).user, 2 * SEC);
}

static void
a_sample_that_comes_late_changes_nothing(void **state)
{
    CpuTimes newer = at(*state, 1, 10 * SEC + 100, 2 * SEC + 50), late;

    late = at(*state, 1, 10 * SEC, 2 * SEC);
    assert_memory_equal(&late, &newer, sizeof late);
    assert_int_equal(at(*state, 1, 11 * SEC, 3 * SEC).user, 3 * SEC);
}

/* Its instant was taken later, its counters were read earlier. */
static void
a_sample_with_older_counters_is_not_counted_twice(void **state)
{
    (void)at(*state, 1, 10 * SEC, 2 * SEC);
    (void)at(*state, 1, 10 * SEC + 100, 2 * SEC - 50);
    assert_int_equal(at(*state, 1, 10 * SEC + 200, 2 * SEC).user, 2 * SEC);
}

static void
counters_that_were_reset_go_on(void **state)
{
    (void)at(*state, 1, 10 * SEC, 2 * SEC);
    assert_int_equal(at(*state, 1, 20 * SEC, 0).user, 2 * SEC);
    assert_int_equal(at(*state, 1, 30 * SEC, 1 * SEC).user, 3 * SEC);
}

static void
the_one_unused_longest_is_forgotten(void **state)
{
    (void)at(*state, 1, 10 * SEC, 2 * SEC);
    (void)at(*state, 2, 10 * SEC, 2 * SEC);
    (void)at(*state, 1, 11 * SEC, 2 * SEC);
    (void)at(*state, 3, 10 * SEC, 2 * SEC);
    /* Forgotten, so that a counter may be smaller than it was. */
    assert_int_equal(at(*state, 2, 10 * SEC, 1 * SEC).user, 1 * SEC);
    /* And not this one, which was used in between: it went when 2 came again. */
    assert_int_equal(at(*state, 3, 10 * SEC, 1 * SEC).user, 2 * SEC);
}

static History *
next_life(Lives *lives)
{
    History *history = history_new(MAX_CONTAINERS);

    lives_next(lives);
    history_keep(history, lives->shelf);
    return history;
}

static void
in_the_next_life_times_go_on(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(History) next = NULL;
    CpuTimes before, same;

    history_keep(*state, lives->shelf);
    (void)at(*state, 1, 10 * SEC, 2 * SEC);
    before = at(*state, 1, 20 * SEC, 0); /* they were reset */
    next = next_life(lives);
    same = at(next, 1, 20 * SEC, 0);
    assert_memory_equal(&same, &before, sizeof same);
    assert_int_equal(at(next, 1, 30 * SEC, 1 * SEC).user, 3 * SEC);
}

static void
what_is_forgotten_leaves_the_shelf(void **state)
{
    g_autoptr(Lives) lives = lives_new();

    history_keep(*state, lives->shelf);
    for (uint64_t id = 1; id <= 2 * MAX_CONTAINERS; id++)
        (void)at(*state, id, 10 * SEC, 2 * SEC);
    assert_int_equal(lives_count(lives, SHELF_CPU_TIME), MAX_CONTAINERS);
}

static void
what_is_no_history_is_dropped(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(History) next = NULL;

    history_keep(*state, lives->shelf);
    (void)at(*state, 1, 10 * SEC, 2 * SEC);
    lives_put_nonsense(lives, SHELF_CPU_TIME, 7);
    next = next_life(lives);
    assert_int_equal(history_size(next), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counters_grow_with_the_container, make, unmake),
        cmocka_unit_test_setup_teardown(two_containers_do_not_mix, make, unmake),
        cmocka_unit_test_setup_teardown(a_sample_that_comes_late_changes_nothing, make, unmake),
        cmocka_unit_test_setup_teardown(a_sample_with_older_counters_is_not_counted_twice, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(counters_that_were_reset_go_on, make, unmake),
        cmocka_unit_test_setup_teardown(the_one_unused_longest_is_forgotten, make, unmake),
        cmocka_unit_test_setup_teardown(in_the_next_life_times_go_on, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_forgotten_leaves_the_shelf, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_no_history_is_dropped, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
