/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/tick.h"
#include "tests/unit/cmocka.h"

#define START 1000000u

static Tick tick;

static int
begin(void **state)
{
    (void)state;
    tick = (Tick){.length = TICK_USEC};
    return 0;
}

static void
the_first_who_asks_begins_a_tick(void **state)
{
    (void)state;
    assert_int_equal(tick_enter(&tick, START), START);
}

static void
whoever_asks_before_its_end_is_in_it(void **state)
{
    (void)state;
    (void)tick_enter(&tick, START);
    assert_int_equal(tick_enter(&tick, START + TICK_USEC - 1), START);
}

static void
at_its_end_another_begins(void **state)
{
    (void)state;
    (void)tick_enter(&tick, START);
    assert_int_equal(tick_enter(&tick, START + TICK_USEC), START + TICK_USEC);
    assert_int_equal(tick_enter(&tick, START + TICK_USEC + 1), START + TICK_USEC);
}

static void
nobody_goes_back_to_the_last_one(void **state)
{
    (void)state;
    (void)tick_enter(&tick, START);
    (void)tick_enter(&tick, START + TICK_USEC);
    assert_int_equal(tick_enter(&tick, START + 1), START + TICK_USEC);
}

static void
what_is_left_of_a_tick_goes_down_to_nothing(void **state)
{
    (void)state;
    assert_int_equal(tick_left(&tick, START, START), TICK_USEC);
    assert_int_equal(tick_left(&tick, START, START + TICK_USEC - 1), 1);
    assert_int_equal(tick_left(&tick, START, START + 2 * TICK_USEC), 0);
}

static void
a_tick_ends_when_the_next_may_begin(void **state)
{
    (void)state;
    assert_int_equal(tick_end(&tick, START), START + TICK_USEC);
}

static void
what_was_never_shared_has_ended(void **state)
{
    (void)state;
    assert_int_equal(tick_end(&tick, 0), 0);
    assert_int_equal(tick_left(&tick, 0, 1), 0);
    assert_int_equal(tick_left(NULL, START, START), 0);
}

static void
without_a_length_nothing_is_shared(void **state)
{
    (void)state;
    tick.length = 0;
    assert_int_equal(tick_enter(&tick, START), 0);
    assert_int_equal(tick_enter(NULL, START), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_who_asks_begins_a_tick, begin),
        cmocka_unit_test_setup(whoever_asks_before_its_end_is_in_it, begin),
        cmocka_unit_test_setup(at_its_end_another_begins, begin),
        cmocka_unit_test_setup(nobody_goes_back_to_the_last_one, begin),
        cmocka_unit_test_setup(what_is_left_of_a_tick_goes_down_to_nothing, begin),
        cmocka_unit_test_setup(a_tick_ends_when_the_next_may_begin, begin),
        cmocka_unit_test_setup(what_was_never_shared_has_ended, begin),
        cmocka_unit_test_setup(without_a_length_nothing_is_shared, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
