/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/last_good.h"
#include "tests/unit/cmocka.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define START (100 * (uint64_t)SECOND)

static int
make(void **state)
{
    *state = last_good_new(3, 4096);
    return 0;
}

static int
unmake(void **state)
{
    last_good_free(*state);
    return 0;
}

static void
put(LastGood *texts, const char *name, uint64_t now, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    last_good_put(texts, &(LastGoodKey){name, 7}, now, bytes);
}

static void
has(LastGood *texts, const char *name, uint64_t now, const char *wanted)
{
    g_autoptr(GBytes) text = last_good_get(texts, &(LastGoodKey){name, 7}, now);

    assert_non_null(text);
    assert_int_equal(g_bytes_get_size(text), strlen(wanted));
    assert_memory_equal(g_bytes_get_data(text, NULL), wanted, strlen(wanted));
}

static void
has_not(LastGood *texts, const char *name, uint64_t now)
{
    assert_null(last_good_get(texts, &(LastGoodKey){name, 7}, now));
}

static void
a_text_is_good_for_a_second(void **state)
{
    put(*state, "a", START, "text");
    has(*state, "a", START, "text");
    has(*state, "a", START + SECOND, "text");
    has_not(*state, "a", START + SECOND + 1);
}

static void
a_text_from_the_future_is_not_good(void **state)
{
    put(*state, "a", START, "text");
    has_not(*state, "a", START - 1);
}

static void
the_last_text_counts(void **state)
{
    put(*state, "a", START, "old");
    put(*state, "a", START + 1, "new");
    has(*state, "a", START + 1, "new");
}

static void
another_container_of_the_same_name_has_none(void **state)
{
    put(*state, "a", START, "text");
    assert_null(last_good_get(*state, &(LastGoodKey){"a", 8}, START));
}

static void
a_text_is_wanted_if_there_is_none_or_an_old_one(void **state)
{
    assert_true(last_good_wants(*state, "a", START));
    put(*state, "a", START, "text");
    assert_false(last_good_wants(*state, "a", START + LAST_GOOD_RENEW_USEC));
    assert_true(last_good_wants(*state, "a", START + LAST_GOOD_RENEW_USEC + 1));
}

static void
the_oldest_makes_room(void **state)
{
    put(*state, "a", START, "1");
    put(*state, "b", START + 1, "2");
    put(*state, "c", START + 2, "3");
    put(*state, "d", START + 3, "4");
    has_not(*state, "a", START + 3);
    has(*state, "b", START + 3, "2");
    has(*state, "d", START + 3, "4");
}

static void
many_bytes_make_room_too(void **state)
{
    g_autofree char *large = g_strnfill(3000, 'x');

    put(*state, "a", START, large);
    put(*state, "b", START + 1, large);
    has_not(*state, "a", START + 1);
    has(*state, "b", START + 1, large);
}

static void
a_text_larger_than_all_room_is_not_kept(void **state)
{
    g_autofree char *huge = g_strnfill(5000, 'x');
    unsigned n;
    size_t bytes;

    put(*state, "a", START, huge);
    has_not(*state, "a", START);
    last_good_use(*state, &n, &bytes);
    assert_int_equal(n, 0);
    assert_int_equal(bytes, 0);
}

static void
what_is_too_old_goes_with_the_next_text(void **state)
{
    unsigned n;
    size_t bytes;

    put(*state, "a", START, "1");
    put(*state, "b", START + 1, "2");
    put(*state, "c", START + 2 * (uint64_t)SECOND, "3");
    last_good_use(*state, &n, &bytes);
    assert_int_equal(n, 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_text_is_good_for_a_second),
        TEST(a_text_from_the_future_is_not_good),
        TEST(the_last_text_counts),
        TEST(another_container_of_the_same_name_has_none),
        TEST(a_text_is_wanted_if_there_is_none_or_an_old_one),
        TEST(the_oldest_makes_room),
        TEST(many_bytes_make_room_too),
        TEST(a_text_larger_than_all_room_is_not_kept),
        TEST(what_is_too_old_goes_with_the_next_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
