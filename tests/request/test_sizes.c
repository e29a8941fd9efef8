/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/sizes.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

#include <string.h>

#define NODE 7
#define ROOM 3

static int
make(void **state)
{
    *state = sizes_new(ROOM);
    return 0;
}

static int
unmake(void **state)
{
    sizes_free(*state);
    return 0;
}

static void
a_node_that_was_told_none_has_none(void **state)
{
    assert_int_equal(sizes_get(*state, NODE), 0);
}

static void
a_size_has_room_for_more_than_the_text(void **state)
{
    size_t size = sizes_fit(*state, NODE, 100);

    assert_true(size > 100);
    assert_int_equal(sizes_get(*state, NODE), size);
}

static void
a_size_stays_as_long_as_texts_fit(void **state)
{
    size_t size = sizes_fit(*state, NODE, 100);

    assert_int_equal(sizes_fit(*state, NODE, 110), size);
    assert_int_equal(sizes_fit(*state, NODE, 10), size);
    assert_int_equal(sizes_fit(*state, NODE, size), size);
}

static void
a_text_that_outgrows_it_makes_it_larger(void **state)
{
    size_t size = sizes_fit(*state, NODE, 100);

    assert_true(sizes_fit(*state, NODE, size + 1) > size + 1);
}

static void
another_node_has_a_size_of_its_own(void **state)
{
    assert_true(sizes_fit(*state, NODE, 10) < sizes_fit(*state, NODE + 1, 1000));
}

static void
too_many_nodes_are_told_again(void **state)
{
    for (uint64_t node = 0; node < ROOM; node++)
        (void)sizes_fit(*state, node, 10);
    assert_true(sizes_get(*state, 0) > 0);
    (void)sizes_fit(*state, ROOM, 10);
    assert_int_equal(sizes_get(*state, 0), 0);
    assert_true(sizes_get(*state, ROOM) > 0);
}

/* Pads @text to @size; the caller frees, NULL if it cannot be. */
static char *
padded(const char *text, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(GBytes) page = sizes_pad(bytes, size);
    size_t len;
    const char *data = page ? g_bytes_get_data(page, &len) : NULL;

    return data ? g_strndup(data, len) : NULL;
}

static void
blanks_go_before_the_last_newline(void **state)
{
    g_autofree char *two_lines = padded("a\nb\n", 7), *none = padded("a\nb\n", 4);

    (void)state;
    assert_string_equal(two_lines, "a\nb   \n");
    assert_string_equal(none, "a\nb\n");
}

static void
an_empty_line_at_the_end_stays_empty(void **state)
{
    g_autofree char *block = padded("a\n\n", 6), *nothing = padded("\n", 3);

    (void)state;
    assert_string_equal(block, "a   \n\n");
    assert_string_equal(nothing, "  \n");
}

static void
what_a_node_was_told_stays(void **state)
{
    sizes_tell(*state, NODE, 100);
    assert_int_equal(sizes_fit(*state, NODE, 50), 100);
    assert_int_equal(sizes_get(*state, NODE), 100);
}

static void
a_node_that_the_kernel_forgot_is_told_again(void **state)
{
    sizes_tell(*state, NODE, 100);
    sizes_forget(*state, NODE);
    assert_int_equal(sizes_get(*state, NODE), 0);
}

static void
what_cannot_be_padded_is_not(void **state)
{
    (void)state;
    assert_null(padded("abc\n", 3));
    assert_null(padded("abc", 8));
    assert_null(padded("", 8));
}

static Sizes *
next_life(Lives *lives)
{
    Sizes *sizes = sizes_new(ROOM);

    lives_next(lives);
    sizes_keep(sizes, lives->shelf);
    return sizes;
}

static void
in_the_next_life_a_node_has_its_size(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Sizes) next = NULL;
    size_t size;

    sizes_keep(*state, lives->shelf);
    size = sizes_fit(*state, NODE, 1000);
    next = next_life(lives);
    assert_int_equal(sizes_fit(next, NODE, 10), size);
    sizes_forget(next, NODE);
    assert_int_equal(lives_count(lives, SHELF_SIZE), 0);
}

static void
nodes_that_were_too_many_leave_the_shelf(void **state)
{
    g_autoptr(Lives) lives = lives_new();

    sizes_keep(*state, lives->shelf);
    for (uint64_t node = 1; node <= ROOM + 1; node++)
        (void)sizes_fit(*state, node, 1000);
    assert_int_equal(lives_count(lives, SHELF_SIZE), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_node_that_was_told_none_has_none, make, unmake),
        cmocka_unit_test_setup_teardown(a_size_has_room_for_more_than_the_text, make, unmake),
        cmocka_unit_test_setup_teardown(a_size_stays_as_long_as_texts_fit, make, unmake),
        cmocka_unit_test_setup_teardown(a_text_that_outgrows_it_makes_it_larger, make, unmake),
        cmocka_unit_test_setup_teardown(another_node_has_a_size_of_its_own, make, unmake),
        cmocka_unit_test_setup_teardown(too_many_nodes_are_told_again, make, unmake),
        cmocka_unit_test(blanks_go_before_the_last_newline),
        cmocka_unit_test(an_empty_line_at_the_end_stays_empty),
        cmocka_unit_test_setup_teardown(what_a_node_was_told_stays, make, unmake),
        cmocka_unit_test_setup_teardown(a_node_that_the_kernel_forgot_is_told_again, make, unmake),
        cmocka_unit_test(what_cannot_be_padded_is_not),
        cmocka_unit_test_setup_teardown(in_the_next_life_a_node_has_its_size, make, unmake),
        cmocka_unit_test_setup_teardown(nodes_that_were_too_many_leave_the_shelf, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
