/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/lead.h"
#include "tests/unit/cmocka.h"

#include <signal.h>
#include <sys/time.h>

/* More than any machine needs. */
#define LONG_USEC 300000

static int
set_up(void **state)
{
    Lead *lead = lead_new();

    assert_int_equal(lead_enter(lead), 0);
    assert_int_equal(lead_enter(lead), 1);
    *state = lead;
    return 0;
}

static int
tear_down(void **state)
{
    lead_free(*state);
    return 0;
}

static void
wake(int sig)
{
    (void)sig; /* that read(2) returns is all */
}

/* Follows, and gives up after LONG_USEC. */
static bool
follow(Lead *lead)
{
    const struct itimerval give_up = {.it_value.tv_usec = LONG_USEC}, never = {0};
    struct sigaction action = {.sa_handler = wake};
    bool looked;

    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &give_up, NULL), 0);
    looked = lead_follow(lead);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    return looked;
}

static void
who_came_last_leads(void **state)
{
    assert_false(lead_is(*state, 0));
    assert_true(lead_is(*state, 1));
    assert_int_equal(lead_enter(*state), 2);
    assert_true(lead_is(*state, 2));
}

static void
a_follower_sleeps_while_the_leader_waits(void **state)
{
    assert_false(follow(*state));
}

static void
a_follower_looks_once_after_an_answer(void **state)
{
    lead_begin(*state, 1);
    lead_end(*state, 1);
    assert_true(follow(*state));
    assert_false(lead_take_over(*state, 0));
    assert_false(follow(*state));
}

static void
a_follower_leads_when_the_leader_is_stuck(void **state)
{
    lead_begin(*state, 1);
    assert_true(follow(*state)); /* longer than it takes to be stuck */
    assert_true(lead_take_over(*state, 0));
    assert_true(lead_is(*state, 0));
    assert_false(lead_is(*state, 1));
}

static void
a_follower_goes_on_looking_while_the_leader_answers(void **state)
{
    lead_begin(*state, 1);
    for (int i = 0; i < 10; i++)
        assert_true(follow(*state));
}

static void
who_was_stuck_looks_after_who_leads_now(void **state)
{
    lead_begin(*state, 1);
    assert_true(follow(*state));
    assert_true(lead_take_over(*state, 0));
    lead_begin(*state, 0);
    lead_end(*state, 1);
    assert_true(follow(*state));
    g_usleep(LEAD_STUCK_USEC);
    assert_true(lead_take_over(*state, 1));
}

static void
another_is_there_until_it_is_stuck(void **state)
{
    lead_begin(*state, 1);
    assert_true(lead_has_other(*state));
    lead_begin(*state, 0);
    g_usleep(LEAD_STUCK_USEC);
    lead_end(*state, 1);
    lead_begin(*state, 1);
    assert_false(lead_has_other(*state));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_came_last_leads),
        TEST(a_follower_sleeps_while_the_leader_waits),
        TEST(a_follower_looks_once_after_an_answer),
        TEST(a_follower_leads_when_the_leader_is_stuck),
        TEST(a_follower_goes_on_looking_while_the_leader_answers),
        TEST(who_was_stuck_looks_after_who_leads_now),
        TEST(another_is_there_until_it_is_stuck),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
