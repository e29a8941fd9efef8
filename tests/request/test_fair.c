/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/fair.h"
#include "tests/unit/cmocka.h"

#include <stdbool.h>
#include <string.h>

#define STRANGERS 1000

static int
set_up(void **state)
{
    *state = fair_new(g_free);
    return 0;
}

static int
tear_down(void **state)
{
    fair_free(*state);
    return 0;
}

/* Requests are words: "a1 a2 b1" are two of container A and then one of B. */
static void
put(Fair *fair, const char *words)
{
    g_auto(GStrv) all = g_strsplit(words, " ", -1);

    for (char **word = all; *word; word++)
        fair_put(fair, (uint64_t)(*word)[0], g_strdup(*word));
}

static void
takes(Fair *fair, const char *words)
{
    g_autoptr(GString) taken = g_string_new(NULL);
    unsigned n = 1;

    for (const char *space = words; (space = strchr(space, ' ')); space++)
        n++;
    for (unsigned i = 0; i < n; i++) {
        g_autofree char *word = fair_take(fair);

        g_string_append_printf(taken, "%s%s", i > 0 ? " " : "", word ? word : "nothing");
    }
    assert_string_equal(taken->str, words);
}

static void
nothing_waits_at_first(void **state)
{
    takes(*state, "nothing");
}

static void
one_container_is_served_in_the_order_it_asked(void **state)
{
    put(*state, "a1 a2 a3");
    takes(*state, "a1 a2 a3 nothing");
}

static void
those_never_served_have_their_turns_in_the_order_they_came(void **state)
{
    put(*state, "c1 a1 b1 c2");
    takes(*state, "c1 a1 b1 c2");
}

static void
a_lone_request_waits_for_one_of_a_crowd(void **state)
{
    put(*state, "a1 a2 a3 a4");
    takes(*state, "a1");
    put(*state, "b1");
    takes(*state, "b1 a2 a3 a4");
}

static void
two_crowds_take_turns(void **state)
{
    put(*state, "a1 a2 a3 b1 b2 b3");
    takes(*state, "a1 b1 a2 b2 a3 b3");
}

static void
who_asks_one_by_one_has_a_turn_each_time(void **state)
{
    put(*state, "a1 a2 a3 a4 b1");
    takes(*state, "a1 b1");
    put(*state, "b2");
    takes(*state, "a2 b2");
    put(*state, "b3");
    takes(*state, "a3 b3 a4");
}

static void
who_was_just_served_comes_after_who_waits(void **state)
{
    put(*state, "b1 a1 a2");
    takes(*state, "b1");
    put(*state, "b2");
    takes(*state, "a1 b2 a2");
}

static void
having_slept_gives_no_more_than_one_turn(void **state)
{
    put(*state, "b1 a1 a2 a3 a4 a5");
    takes(*state, "b1 a1 a2 a3");
    put(*state, "b2 b3");
    takes(*state, "b2 a4 b3 a5");
}

static void
what_costs_nothing_comes_first(void **state)
{
    put(*state, "a1 b1");
    fair_put_first(*state, g_strdup("x"));
    fair_put_first(*state, g_strdup("y"));
    takes(*state, "x y a1 b1");
}

static void
what_costs_nothing_is_nobodys_turn(void **state)
{
    put(*state, "a1 b1 a2");
    takes(*state, "a1");
    fair_put_first(*state, g_strdup("x"));
    takes(*state, "x b1 a2");
}

static void
all_that_wait_are_counted(void **state)
{
    put(*state, "a1 b1");
    fair_put_first(*state, g_strdup("x"));
    assert_int_equal(fair_waiting(*state), 3);
    takes(*state, "x a1");
    assert_int_equal(fair_waiting(*state), 1);
}

static void
thousand_strangers_each_have_a_turn_before_the_crowd_has_its_second(void **state)
{
    put(*state, "a1 a2");
    takes(*state, "a1");
    for (uint64_t i = 0; i < STRANGERS; i++)
        fair_put(*state, 1000 + i, g_strdup("stranger"));
    for (unsigned i = 0; i < STRANGERS; i++)
        takes(*state, "stranger");
    takes(*state, "a2 nothing");
}

static void
an_endless_stream_of_strangers_does_not_keep_anybody_waiting(void **state)
{
    unsigned n_before = 0;

    put(*state, "a1 a2");
    takes(*state, "a1");
    for (bool met = false; !met; n_before++) {
        g_autofree char *word = NULL;

        fair_put(*state, 1000 + n_before, g_strdup("stranger"));
        word = fair_take(*state);
        met = strcmp(word, "a2") == 0;
        assert_true(met || n_before < 100);
    }
}

static void
what_was_never_taken_is_freed(void **state)
{
    g_autoptr(Fair) fair = fair_new(g_free);

    (void)state;
    put(fair, "a1 a2 b1");
    fair_put_first(fair, g_strdup("x")); /* valgrind and ASan would tell */
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nothing_waits_at_first),
        TEST(one_container_is_served_in_the_order_it_asked),
        TEST(those_never_served_have_their_turns_in_the_order_they_came),
        TEST(a_lone_request_waits_for_one_of_a_crowd),
        TEST(two_crowds_take_turns),
        TEST(who_asks_one_by_one_has_a_turn_each_time),
        TEST(who_was_just_served_comes_after_who_waits),
        TEST(having_slept_gives_no_more_than_one_turn),
        TEST(what_costs_nothing_comes_first),
        TEST(what_costs_nothing_is_nobodys_turn),
        TEST(all_that_wait_are_counted),
        TEST(thousand_strangers_each_have_a_turn_before_the_crowd_has_its_second),
        TEST(an_endless_stream_of_strangers_does_not_keep_anybody_waiting),
        TEST(what_was_never_taken_is_freed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
