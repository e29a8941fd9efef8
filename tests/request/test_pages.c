/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/pages.h"
#include "tests/unit/cmocka.h"

#define NODE 7
#define ROOM 3

static int
make(void **state)
{
    *state = pages_new(ROOM);
    return 0;
}

static int
unmake(void **state)
{
    pages_free(*state);
    return 0;
}

static uint64_t
filled(Pages *pages, uint64_t node, int64_t offset)
{
    uint64_t tick;

    assert_true(pages_open(pages, node, offset, &tick));
    return tick;
}

static bool
opens(Pages *pages, int64_t offset)
{
    uint64_t tick;

    return pages_open(pages, NODE, offset, &tick);
}

static void
of_a_page_that_nobody_filled_nothing_is_known(void **state)
{
    assert_int_equal(filled(*state, NODE, 0), 0);
}

static void
the_next_one_is_told_when_it_was_filled(void **state)
{
    (void)filled(*state, NODE, 0);
    pages_fill(*state, NODE, 100);
    assert_int_equal(filled(*state, NODE, 0), 100);
    assert_int_equal(filled(*state, NODE + 1, 0), 0);
}

static void
so_he_is_after_it_was_closed(void **state)
{
    (void)filled(*state, NODE, 0);
    pages_fill(*state, NODE, 100);
    pages_close(*state, NODE);
    assert_int_equal(filled(*state, NODE, 0), 100);
}

static void
while_others_have_it_open_nobody_opens_the_page(void **state)
{
    pages_open_other(*state, NODE);
    assert_true(pages_has_others(*state, NODE));
    assert_false(opens(*state, 0));
    pages_close_other(*state, NODE);
    assert_false(pages_has_others(*state, NODE));
    assert_true(opens(*state, 0));
}

static void
a_page_is_of_one_time_namespace(void **state)
{
    assert_true(opens(*state, 10));
    assert_false(opens(*state, 20));
    assert_true(opens(*state, 10));
    assert_int_equal(pages_offset(*state, NODE), 10);
}

static void
once_it_is_closed_it_may_be_anothers_and_is_filled_anew(void **state)
{
    (void)filled(*state, NODE, 10);
    pages_fill(*state, NODE, 100);
    pages_close(*state, NODE);
    assert_int_equal(filled(*state, NODE, 20), 0);
    assert_int_equal(pages_offset(*state, NODE), 20);
}

static void
what_was_closed_longest_ago_makes_room(void **state)
{
    for (uint64_t node = 0; node <= ROOM; node++) {
        (void)filled(*state, node, 0);
        pages_fill(*state, node, 100);
        pages_close(*state, node);
    }
    assert_int_equal(pages_size(*state), ROOM);
    assert_int_equal(filled(*state, 1, 0), 100);
    assert_int_equal(filled(*state, 0, 0), 0);
}

static void
what_is_open_is_never_forgotten(void **state)
{
    assert_true(opens(*state, 10));
    pages_forget(*state, NODE);
    for (uint64_t node = 100; node <= 100 + ROOM; node++) {
        (void)filled(*state, node, 0);
        pages_close(*state, node);
    }
    assert_int_equal(pages_offset(*state, NODE), 10);
    assert_false(opens(*state, 20));
}

static void
what_the_kernel_has_forgotten_is_forgotten(void **state)
{
    (void)filled(*state, NODE, 0);
    pages_close(*state, NODE);
    pages_forget(*state, NODE);
    pages_forget(*state, NODE);
    assert_int_equal(pages_size(*state), 0);
}

static void
a_close_without_an_open_is_nothing(void **state)
{
    pages_close(*state, NODE);
    pages_close_other(*state, NODE);
    assert_true(opens(*state, 0));
    pages_close_other(*state, NODE);
    assert_false(pages_has_others(*state, NODE));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(of_a_page_that_nobody_filled_nothing_is_known),
        TEST(the_next_one_is_told_when_it_was_filled),
        TEST(so_he_is_after_it_was_closed),
        TEST(while_others_have_it_open_nobody_opens_the_page),
        TEST(a_page_is_of_one_time_namespace),
        TEST(once_it_is_closed_it_may_be_anothers_and_is_filled_anew),
        TEST(what_was_closed_longest_ago_makes_room),
        TEST(what_is_open_is_never_forgotten),
        TEST(what_the_kernel_has_forgotten_is_forgotten),
        TEST(a_close_without_an_open_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
