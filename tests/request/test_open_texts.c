/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/open_texts.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

#include <stdbool.h>
#include <string.h>

#define ROOM 4096

static int
make(void **state)
{
    *state = open_texts_new(ROOM);
    return 0;
}

static int
unmake(void **state)
{
    open_texts_free(*state);
    return 0;
}

static void
put(OpenTexts *texts, uint64_t handle, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    open_texts_put(texts, handle, bytes);
}

static void
put_large(OpenTexts *texts, uint64_t handle, size_t len)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_malloc0(len), len);

    open_texts_put(texts, handle, bytes);
}

static bool
has(OpenTexts *texts, uint64_t handle)
{
    g_autoptr(GBytes) bytes = open_texts_get(texts, handle);

    return bytes != NULL;
}

static void
two_open_files_have_texts_of_their_own(void **state)
{
    uint64_t a = open_texts_handle(*state), b = open_texts_handle(*state);
    g_autoptr(GBytes) text = NULL;

    put(*state, a, "one");
    put(*state, b, "two");
    text = open_texts_get(*state, a);
    assert_memory_equal(g_bytes_get_data(text, NULL), "one", 3);
}

static void
a_new_text_replaces_the_old_one(void **state)
{
    uint64_t a = open_texts_handle(*state);
    g_autoptr(GBytes) text = NULL;

    put(*state, a, "one");
    put(*state, a, "three");
    text = open_texts_get(*state, a);
    assert_int_equal(g_bytes_get_size(text), 5);
}

static void
a_text_in_use_outlives_its_replacement(void **state)
{
    uint64_t a = open_texts_handle(*state);
    g_autoptr(GBytes) text = NULL;

    put(*state, a, "one");
    text = open_texts_get(*state, a);
    put(*state, a, "two");
    assert_memory_equal(g_bytes_get_data(text, NULL), "one", 3);
}

static void
an_open_file_that_was_not_read_has_none(void **state)
{
    assert_false(has(*state, open_texts_handle(*state)));
}

static void
what_was_dropped_is_gone(void **state)
{
    uint64_t a = open_texts_handle(*state);

    put(*state, a, "one");
    open_texts_drop(*state, a);
    open_texts_drop(*state, a);
    assert_false(has(*state, a));
}

static void
of_too_many_texts_the_one_unused_longest_goes(void **state)
{
    uint64_t a = open_texts_handle(*state), b = open_texts_handle(*state),
             c = open_texts_handle(*state);

    put_large(*state, a, ROOM / 3);
    put_large(*state, b, ROOM / 3);
    assert_true(has(*state, a)); /* used */
    put_large(*state, c, ROOM / 3);
    assert_true(has(*state, a));
    assert_false(has(*state, b));
    assert_true(has(*state, c));
}

static void
a_text_larger_than_all_room_is_not_kept(void **state)
{
    uint64_t a = open_texts_handle(*state);

    put_large(*state, a, ROOM);
    assert_false(has(*state, a));
}

static void
empty_texts_are_bounded_too(void **state)
{
    uint64_t first = open_texts_handle(*state);

    put(*state, first, "");
    for (int i = 0; i < ROOM; i++)
        put(*state, open_texts_handle(*state), "");
    assert_false(has(*state, first));
}

static OpenTexts *
next_life(Lives *lives)
{
    OpenTexts *texts = open_texts_new(ROOM);

    lives_next(lives);
    open_texts_keep(texts, lives->shelf);
    return texts;
}

static void
in_the_next_life_an_open_file_has_its_text(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(OpenTexts) next = NULL;
    g_autoptr(GBytes) text = NULL;
    uint64_t a, b;

    open_texts_keep(*state, lives->shelf);
    a = open_texts_handle(*state);
    b = open_texts_handle(*state);
    put(*state, a, "one");
    put(*state, a, "the other");
    put(*state, b, "");
    next = next_life(lives);
    text = open_texts_get(next, a);
    assert_int_equal(g_bytes_get_size(text), 9);
    assert_memory_equal(g_bytes_get_data(text, NULL), "the other", 9);
    assert_true(has(next, b));
}

static void
no_handle_is_given_in_two_lives(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(OpenTexts) next = NULL;
    uint64_t last = 0;

    open_texts_keep(*state, lives->shelf);
    for (int i = 0; i < 70000; i++)
        last = open_texts_handle(*state);
    next = next_life(lives);
    assert_true(open_texts_handle(next) > last);
}

static void
what_was_closed_or_forgotten_leaves_the_shelf(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    uint64_t a, b;

    open_texts_keep(*state, lives->shelf);
    a = open_texts_handle(*state);
    b = open_texts_handle(*state);
    put_large(*state, a, ROOM / 2);
    put_large(*state, b, ROOM / 2);
    assert_int_equal(lives_count(lives, SHELF_TEXT), 1);
    open_texts_drop(*state, b);
    assert_int_equal(lives_count(lives, SHELF_TEXT), 0);
}

static void
a_life_with_less_room_drops_what_does_not_fit(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(OpenTexts) small = open_texts_new(100);

    open_texts_keep(*state, lives->shelf);
    put_large(*state, open_texts_handle(*state), ROOM / 2);
    lives_next(lives);
    open_texts_keep(small, lives->shelf);
    assert_int_equal(lives_count(lives, SHELF_TEXT), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_open_files_have_texts_of_their_own, make, unmake),
        cmocka_unit_test_setup_teardown(a_new_text_replaces_the_old_one, make, unmake),
        cmocka_unit_test_setup_teardown(a_text_in_use_outlives_its_replacement, make, unmake),
        cmocka_unit_test_setup_teardown(an_open_file_that_was_not_read_has_none, make, unmake),
        cmocka_unit_test_setup_teardown(what_was_dropped_is_gone, make, unmake),
        cmocka_unit_test_setup_teardown(of_too_many_texts_the_one_unused_longest_goes, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_text_larger_than_all_room_is_not_kept, make, unmake),
        cmocka_unit_test_setup_teardown(empty_texts_are_bounded_too, make, unmake),
        cmocka_unit_test_setup_teardown(in_the_next_life_an_open_file_has_its_text, make, unmake),
        cmocka_unit_test_setup_teardown(no_handle_is_given_in_two_lives, make, unmake),
        cmocka_unit_test_setup_teardown(what_was_closed_or_forgotten_leaves_the_shelf, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_life_with_less_room_drops_what_does_not_fit, make,
                                        unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
