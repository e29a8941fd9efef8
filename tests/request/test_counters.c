/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/counters.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

#define SEC ((uint64_t)G_USEC_PER_SEC)
#define MAX_ENTRIES 2

static int
make(void **state)
{
    *state = counters_new(MAX_ENTRIES);
    return 0;
}

static int
unmake(void **state)
{
    counters_free(*state);
    return 0;
}

/* What is shown at @now of a counter that the kernel has at @number. */
static uint64_t
at(Counters *counters, uint64_t id, uint64_t now, uint64_t number)
{
    const CountersKey key = {.id = id, .kind = COUNTERS_DISK};

    counters_advance(counters, &key, now, &number, 1);
    return number;
}

static void
counters_are_the_kernels(void **state)
{
    assert_int_equal(at(*state, 1, SEC, 100), 100);
    assert_int_equal(at(*state, 1, 2 * SEC, 150), 150);
}

static void
one_that_was_reset_goes_on(void **state)
{
    (void)at(*state, 1, SEC, 100);
    assert_int_equal(at(*state, 1, 3 * SEC, 10), 100);
    assert_int_equal(at(*state, 1, 4 * SEC, 15), 105);
}

static void
a_late_sample_changes_nothing(void **state)
{
    (void)at(*state, 1, SEC, 100);
    (void)at(*state, 1, SEC + 20, 130);
    assert_int_equal(at(*state, 1, SEC + 10, 110), 130);
    assert_int_equal(at(*state, 1, SEC + 30, 120), 130); /* taken before, stamped after */
    assert_int_equal(at(*state, 1, SEC + 40, 140), 140);
}

static void
one_that_went_back_keeps_the_others_of_its_group(void **state)
{
    const CountersKey key = {.id = 1, .kind = COUNTERS_DISKS_TOTAL};
    uint64_t first[] = {100, 200}, second[] = {5, 300};

    counters_advance(*state, &key, SEC, first, 2);
    counters_advance(*state, &key, 3 * SEC, second, 2);
    assert_int_equal(second[0], 100);
    assert_int_equal(second[1], 300);
}

static void
containers_kinds_and_disks_are_apart(void **state)
{
    const CountersKey keys[] = {
        {1, 0, COUNTERS_DISK}, {1, 1, COUNTERS_DISK}, {1, 0, COUNTERS_EVENTS}};

    for (uint64_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        uint64_t number = 100 - i;

        counters_advance(*state, &keys[i], SEC, &number, 1);
        assert_int_equal(number, 100 - i);
    }
}

static void
the_one_unused_longest_is_forgotten(void **state)
{
    (void)at(*state, 1, SEC, 100);
    (void)at(*state, 2, SEC, 100);
    (void)at(*state, 1, 2 * SEC, 100);
    (void)at(*state, 3, 2 * SEC, 100);
    assert_int_equal(at(*state, 1, 4 * SEC, 0), 100);
    assert_int_equal(at(*state, 2, 4 * SEC, 0), 0);
}

/* Counters that do anything at all never make one that is shown go back. */
static void
nothing_shown_ever_goes_back(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(24);
    uint64_t now = 0, before = 0;

    for (int i = 0; i < 100000; i++) {
        uint64_t number = (uint64_t)g_rand_int(rand) << 32 >> g_rand_int_range(rand, 0, 64);
        uint64_t shown;

        now += (uint64_t)g_rand_int_range(rand, 0, 1500000);
        shown = at(*state, 1, now - MIN(now, (uint64_t)g_rand_int_range(rand, 0, 1000)), number);
        assert_true(shown >= before);
        before = shown;
    }
}

static Counters *
next_life(Lives *lives)
{
    Counters *counters = counters_new(MAX_ENTRIES);

    lives_next(lives);
    counters_keep(counters, lives->shelf);
    return counters;
}

static void
in_the_next_life_counters_go_on(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Counters) next = NULL;

    counters_keep(*state, lives->shelf);
    (void)at(*state, 1, SEC, 100);
    (void)at(*state, 1, 3 * SEC, 10); /* it was reset */
    next = next_life(lives);
    assert_int_equal(at(next, 1, 4 * SEC, 15), 105);
}

static void
what_does_not_change_is_not_written_again(void **state)
{
    g_autoptr(Lives) lives = lives_new();

    counters_keep(*state, lives->shelf);
    (void)at(*state, 1, SEC, 100);
    lives_put_nonsense(lives, SHELF_COUNTERS, 1); /* in its place */
    (void)at(*state, 1, 2 * SEC, 100);
    counters_free(next_life(lives));
    assert_int_equal(lives_count(lives, SHELF_COUNTERS), 0);
}

static void
what_is_forgotten_leaves_the_shelf(void **state)
{
    g_autoptr(Lives) lives = lives_new();

    counters_keep(*state, lives->shelf);
    for (uint64_t id = 1; id <= 2 * MAX_ENTRIES; id++)
        (void)at(*state, id, SEC, 100);
    assert_int_equal(lives_count(lives, SHELF_COUNTERS), MAX_ENTRIES);
}

/* A record may be of what it says and yet not be right. */
static void
one_with_another_number_of_counters_begins_anew(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Counters) next = NULL;
    const CountersKey key = {.id = 1, .kind = COUNTERS_DISK};
    uint64_t numbers[] = {100, 200};

    counters_keep(*state, lives->shelf);
    (void)at(*state, 1, SEC, 1000);
    next = next_life(lives);
    counters_advance(next, &key, 2 * SEC, numbers, 2);
    assert_int_equal(numbers[0], 100);
    assert_int_equal(lives_count(lives, SHELF_COUNTERS), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counters_are_the_kernels, make, unmake),
        cmocka_unit_test_setup_teardown(one_that_was_reset_goes_on, make, unmake),
        cmocka_unit_test_setup_teardown(a_late_sample_changes_nothing, make, unmake),
        cmocka_unit_test_setup_teardown(one_that_went_back_keeps_the_others_of_its_group, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(containers_kinds_and_disks_are_apart, make, unmake),
        cmocka_unit_test_setup_teardown(the_one_unused_longest_is_forgotten, make, unmake),
        cmocka_unit_test_setup_teardown(nothing_shown_ever_goes_back, make, unmake),
        cmocka_unit_test_setup_teardown(in_the_next_life_counters_go_on, make, unmake),
        cmocka_unit_test_setup_teardown(what_does_not_change_is_not_written_again, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_forgotten_leaves_the_shelf, make, unmake),
        cmocka_unit_test_setup_teardown(one_with_another_number_of_counters_begins_anew, make,
                                        unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
