/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/counters.h"
#include "tests/unit/cmocka.h"

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
