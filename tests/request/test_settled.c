/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/settled.h"
#include "tests/unit/cmocka.h"

#define NOW UINT64_C(5000000)
#define NAME 7
#define A 100 /* nodes of that name */
#define B 200
#define C 300

static int
make(void **state)
{
    *state = settled_new(3);
    return 0;
}

static int
unmake(void **state)
{
    settled_free(*state);
    return 0;
}

static uint64_t
look(Settled *settled, uint64_t name, uint64_t own, uint64_t now)
{
    return settled_node(settled, &(Look){name, own, now, false});
}

static void
who_looks_first_finds_his_own(void **state)
{
    assert_int_equal(look(*state, NAME, A, NOW), A);
    assert_int_equal(look(*state, NAME + 1, B, NOW), B);
}

static void
who_looks_a_moment_later_finds_the_same(void **state)
{
    (void)look(*state, NAME, A, NOW);
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_USEC - 1), A);
}

static void
who_looks_when_nobody_has_for_a_moment_finds_his_own(void **state)
{
    (void)look(*state, NAME, A, NOW);
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_USEC), B);
}

static void
as_long_as_others_look_a_name_stays(void **state)
{
    uint64_t now = NOW;

    (void)look(*state, NAME, A, now);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(look(*state, NAME, B, now += SETTLED_USEC / 3), A);
        assert_int_equal(look(*state, NAME, C, now += SETTLED_USEC / 3), A);
    }
}

static void
who_looks_again_and_again_does_not_wait_for_himself(void **state)
{
    uint64_t now = NOW;

    (void)look(*state, NAME, A, now);
    assert_int_equal(look(*state, NAME, B, now + SETTLED_USEC / 2), A);
    assert_int_equal(look(*state, NAME, B, now + SETTLED_USEC), B);
}

static void
a_clock_that_was_read_earlier_changes_nothing(void **state)
{
    (void)look(*state, NAME, A, NOW);
    assert_int_equal(look(*state, NAME, B, NOW - 2 * SETTLED_USEC), A);
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_USEC - 1), A);
}

static void
a_look_from_outside_holds_a_name_for_less_long(void **state)
{
    (void)settled_node(*state, &(Look){NAME, A, NOW, true});
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_OUTSIDE_USEC - 1), A);
    assert_int_equal(look(*state, NAME + 1, B, NOW), B);
    (void)settled_node(*state, &(Look){NAME + 1, A, NOW, true});
    assert_int_equal(look(*state, NAME + 1, A, NOW + SETTLED_OUTSIDE_USEC), B);
}

static void
too_many_names_are_forgotten(void **state)
{
    for (uint64_t name = 1; name <= 4; name++)
        (void)look(*state, name, A, NOW);
    assert_int_equal(look(*state, 1, B, NOW), B);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(who_looks_first_finds_his_own),
        TEST(who_looks_a_moment_later_finds_the_same),
        TEST(who_looks_when_nobody_has_for_a_moment_finds_his_own),
        TEST(as_long_as_others_look_a_name_stays),
        TEST(who_looks_again_and_again_does_not_wait_for_himself),
        TEST(a_clock_that_was_read_earlier_changes_nothing),
        TEST(a_look_from_outside_holds_a_name_for_less_long),
        TEST(too_many_names_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
