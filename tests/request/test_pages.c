/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/pages.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

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

static Pages *
next_life(Lives *lives)
{
    Pages *pages = pages_new(ROOM);

    lives_next(lives);
    pages_keep(pages, lives->shelf);
    return pages;
}

static void
in_the_next_life_others_still_have_it_open(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Pages) next = NULL;

    pages_keep(*state, lives->shelf);
    pages_open_other(*state, NODE);
    next = next_life(lives);
    assert_false(opens(next, 0));
    pages_close_other(next, NODE);
    assert_true(opens(next, 0));
}

static void
in_the_next_life_a_page_is_of_the_time_it_was_opened_for(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Pages) next = NULL;

    pages_keep(*state, lives->shelf);
    assert_true(opens(*state, -7));
    next = next_life(lives);
    assert_true(pages_offset(next, NODE) == -7);
    assert_false(opens(next, 0));
}

static void
what_nobody_has_open_is_not_on_the_shelf(void **state)
{
    g_autoptr(Lives) lives = lives_new();

    pages_keep(*state, lives->shelf);
    assert_true(opens(*state, 0));
    pages_close(*state, NODE);
    pages_open_other(*state, NODE);
    pages_close_other(*state, NODE);
    assert_int_equal(lives_count(lives, SHELF_PAGE), 0);
}

static bool
is_above(uint64_t node, void *data)
{
    return node > *(const uint64_t *)data;
}

static void
what_is_pruned_is_forgotten_even_if_it_is_open(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    uint64_t limit = NODE;

    pages_keep(*state, lives->shelf);
    (void)filled(*state, NODE, 0);
    (void)filled(*state, NODE + 1, 0);
    pages_prune(*state, is_above, &limit);
    assert_int_equal(pages_size(*state), 1);
    assert_int_equal(lives_count(lives, SHELF_PAGE), 1);
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
        cmocka_unit_test_setup_teardown(in_the_next_life_others_still_have_it_open, make, unmake),
        cmocka_unit_test_setup_teardown(in_the_next_life_a_page_is_of_the_time_it_was_opened_for,
                                        make, unmake),
        cmocka_unit_test_setup_teardown(what_nobody_has_open_is_not_on_the_shelf, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_pruned_is_forgotten_even_if_it_is_open, make,
                                        unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
