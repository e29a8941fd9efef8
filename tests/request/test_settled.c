/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/settled.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

#define NOW UINT64_C(5000000)
#define NAME 7
#define A 100 /* nodes of that name */
#define B 200
#define C 300
#define LOOKS_MAX 8

#define DEAD 900 /* the first of a hundred threads that do not live */

static bool
lives(pid_t thread, void *data)
{
    (void)data;
    return thread < DEAD || thread >= DEAD + 100;
}

static int
make(void **state)
{
    *state = settled_new(LOOKS_MAX, lives, NULL);
    return 0;
}

static int
unmake(void **state)
{
    settled_free(*state);
    return 0;
}

/* By a thread that has not looked before. */
static uint64_t
look(Settled *settled, uint64_t name, uint64_t own, uint64_t now)
{
    static pid_t thread = 1000;

    return settled_node(settled, &(Look){name, own, now, ++thread, false});
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
    (void)look(*state, NAME, A, NOW);
    for (uint64_t now = NOW; now < NOW + SETTLED_USEC; now += SETTLED_USEC / 2)
        assert_int_equal(settled_node(*state, &(Look){NAME, B, now, 1, false}), A);
    assert_int_equal(settled_node(*state, &(Look){NAME, B, NOW + SETTLED_USEC, 1, false}), B);
}

static void
his_other_threads_may_be_mounting_what_they_found(void **state)
{
    (void)look(*state, NAME, A, NOW);
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_USEC - 1), A);
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_USEC), A);
}

static void
who_looks_for_another_name_has_mounted_the_last(void **state)
{
    (void)settled_node(*state, &(Look){NAME, A, NOW, 1, false});
    (void)settled_node(*state, &(Look){NAME + 1, A, NOW + 1, 1, false});
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_MOMENT_USEC), B);
    assert_int_equal(look(*state, NAME + 1, B, NOW + 1 + SETTLED_MOMENT_USEC), A);
}

static void
a_name_stays_for_a_moment_even_if_nobody_mounts_it(void **state)
{
    (void)settled_node(*state, &(Look){NAME, A, NOW, DEAD, false});
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_MOMENT_USEC - 1), A);
}

static void
who_has_ended_mounts_no_more(void **state)
{
    (void)settled_node(*state, &(Look){NAME, A, NOW, DEAD, false});
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_MOMENT_USEC), B);
}

static void
another_thread_of_his_may_still_mount_it(void **state)
{
    (void)settled_node(*state, &(Look){NAME, A, NOW, 1, false});
    (void)settled_node(*state, &(Look){NAME, A, NOW, 2, false});
    (void)settled_node(*state, &(Look){NAME + 1, A, NOW + 1, 1, false});
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_MOMENT_USEC), A);
}

static void
threads_without_a_number_are_not_taken_for_one(void **state)
{
    (void)settled_node(*state, &(Look){NAME, A, NOW, 0, false});
    (void)settled_node(*state, &(Look){NAME + 1, A, NOW + 1, 0, false});
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_MOMENT_USEC), A);
}

static void
too_many_looks_are_forgotten(void **state)
{
    for (unsigned i = 0; i < LOOKS_MAX; i++)
        (void)look(*state, NAME, A, NOW);
    assert_int_equal(look(*state, NAME, B, NOW), B);
}

static void
old_looks_make_room_for_new_ones(void **state)
{
    for (unsigned i = 0; i < LOOKS_MAX - 1; i++)
        (void)look(*state, NAME, A, NOW);
    (void)look(*state, NAME + 1, A, NOW + SETTLED_USEC);
    assert_int_equal(settled_size(*state), 1);
    assert_int_equal(look(*state, NAME + 1, B, NOW + SETTLED_USEC), A);
}

static void
looks_of_the_dead_make_room_for_those_of_the_living(void **state)
{
    (void)look(*state, NAME, A, NOW);
    for (unsigned i = 0; i < LOOKS_MAX - 1; i++)
        (void)settled_node(*state, &(Look){NAME + 1, A, NOW, DEAD + (pid_t)i, false});
    assert_int_equal(look(*state, NAME, B, NOW + 1), A);
    assert_int_equal(settled_size(*state), 2);
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
    (void)settled_node(*state, &(Look){NAME, A, NOW, 1, true});
    assert_int_equal(look(*state, NAME, B, NOW + SETTLED_OUTSIDE_USEC - 1), A);
    assert_int_equal(look(*state, NAME + 1, B, NOW), B);
    (void)settled_node(*state, &(Look){NAME + 1, A, NOW, 2, true});
    assert_int_equal(look(*state, NAME + 1, A, NOW + SETTLED_OUTSIDE_USEC), B);
}

static void
too_many_names_are_forgotten(void **state)
{
    for (uint64_t name = 1; name <= LOOKS_MAX + 1; name++)
        (void)look(*state, name, A, NOW);
    assert_int_equal(look(*state, 1, B, NOW), B);
}

static Settled *
next_life(Lives *lives, uint64_t now)
{
    Settled *settled = settled_new(LOOKS_MAX, NULL, NULL);

    lives_next(lives);
    settled_keep(settled, lives->shelf, now);
    return settled;
}

static void
in_the_next_life_a_name_leads_where_it_did(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Settled) next = NULL;

    settled_keep(*state, lives->shelf, NOW);
    (void)look(*state, NAME, A, NOW);
    next = next_life(lives, NOW + SETTLED_USEC / 2);
    assert_int_equal(settled_node(next, &(Look){NAME, B, NOW + SETTLED_USEC, 0, false}), A);
}

static void
in_the_next_life_a_name_that_nobody_can_hold_is_free(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Settled) next = NULL;

    settled_keep(*state, lives->shelf, NOW);
    (void)look(*state, NAME, A, NOW);
    next = next_life(lives, NOW + 2 * SETTLED_USEC);
    assert_int_equal(settled_node(next, &(Look){NAME, B, NOW + 2 * SETTLED_USEC, 0, false}), B);
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
        TEST(his_other_threads_may_be_mounting_what_they_found),
        TEST(who_looks_for_another_name_has_mounted_the_last),
        TEST(a_name_stays_for_a_moment_even_if_nobody_mounts_it),
        TEST(who_has_ended_mounts_no_more),
        TEST(another_thread_of_his_may_still_mount_it),
        TEST(threads_without_a_number_are_not_taken_for_one),
        TEST(too_many_looks_are_forgotten),
        TEST(old_looks_make_room_for_new_ones),
        TEST(looks_of_the_dead_make_room_for_those_of_the_living),
        TEST(a_clock_that_was_read_earlier_changes_nothing),
        TEST(a_look_from_outside_holds_a_name_for_less_long),
        TEST(too_many_names_are_forgotten),
        cmocka_unit_test_setup_teardown(in_the_next_life_a_name_leads_where_it_did, make, unmake),
        cmocka_unit_test_setup_teardown(in_the_next_life_a_name_that_nobody_can_hold_is_free, make,
                                        unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
