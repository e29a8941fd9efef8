/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/splices.h"
#include "tests/unit/cmocka.h"

#define NODE 7
#define ROOM 3

static int
make(void **state)
{
    *state = splices_new(ROOM);
    return 0;
}

static int
unmake(void **state)
{
    splices_free(*state);
    return 0;
}

static void
a_node_nobody_splices_may_have_any_size(void **state)
{
    size_t len;

    assert_false(splices_size(*state, NODE, &len));
    assert_true(splices_begin(*state, 1, NODE, 1 << 20));
}

static void
a_node_being_spliced_has_the_size_of_its_last_text(void **state)
{
    size_t len = 0;

    assert_true(splices_begin(*state, 1, NODE, 10));
    assert_true(splices_begin(*state, 2, NODE, 9));
    assert_true(splices_size(*state, NODE, &len));
    assert_int_equal(len, 9);
}

static void
a_longer_text_would_be_cut(void **state)
{
    assert_true(splices_begin(*state, 1, NODE, 10));
    assert_false(splices_begin(*state, 2, NODE, 11));
    assert_false(splices_begin(*state, 1, NODE, 11));
    assert_false(splices_has(*state, 2));
}

static void
another_node_has_a_size_of_its_own(void **state)
{
    assert_true(splices_begin(*state, 1, NODE, 10));
    assert_true(splices_begin(*state, 2, NODE + 1, 11));
}

static void
the_last_to_end_says_so(void **state)
{
    size_t len;

    assert_true(splices_begin(*state, 1, NODE, 10));
    assert_true(splices_begin(*state, 2, NODE, 10));
    assert_false(splices_end(*state, 1, NODE));
    assert_true(splices_end(*state, 2, NODE));
    assert_false(splices_size(*state, NODE, &len));
}

static void
who_never_began_does_not_end(void **state)
{
    assert_true(splices_begin(*state, 1, NODE, 10));
    assert_false(splices_end(*state, 2, NODE));
    assert_true(splices_end(*state, 1, NODE));
    assert_false(splices_end(*state, 1, NODE));
}

static void
no_more_than_the_most_are_remembered(void **state)
{
    for (uint64_t handle = 1; handle <= ROOM; handle++)
        assert_true(splices_begin(*state, handle, NODE, 10));
    assert_false(splices_begin(*state, ROOM + 1, NODE, 10));
    assert_true(splices_begin(*state, ROOM, NODE, 10));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_node_nobody_splices_may_have_any_size, make, unmake),
        cmocka_unit_test_setup_teardown(a_node_being_spliced_has_the_size_of_its_last_text, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_longer_text_would_be_cut, make, unmake),
        cmocka_unit_test_setup_teardown(another_node_has_a_size_of_its_own, make, unmake),
        cmocka_unit_test_setup_teardown(the_last_to_end_says_so, make, unmake),
        cmocka_unit_test_setup_teardown(who_never_began_does_not_end, make, unmake),
        cmocka_unit_test_setup_teardown(no_more_than_the_most_are_remembered, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
