/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cache.h"
#include "tests/unit/cmocka.h"

#define IDLE 100

static unsigned n_freed;

static void
value_free(gpointer value)
{
    n_freed++;
    g_free(value);
}

static bool
value_copy(const void *value, void *ret)
{
    *(int *)ret = *(const int *)value;
    return true;
}

static const CacheKind kind = {
    .max_idle_usec = IDLE, .value_free = value_free, .value_copy = value_copy};

static void
put(Cache *cache, uint64_t key, uint64_t now, int value)
{
    cache_put(cache, key, now, g_memdup2(&value, sizeof value));
}

/* -1: there is none. */
static int
get(Cache *cache, uint64_t key, uint64_t now)
{
    int value = -1;

    return cache_get(cache, key, now, &value) ? value : -1;
}

static void
what_was_put_is_got(void **state)
{
    g_autoptr(Cache) cache = cache_new(&kind, 2);

    (void)state;
    put(cache, 7, 0, 70);
    assert_int_equal(get(cache, 7, 0), 70);
    assert_int_equal(get(cache, 8, 0), -1);
}

static void
a_later_value_replaces_an_earlier_one(void **state)
{
    g_autoptr(Cache) cache = cache_new(&kind, 2);

    (void)state;
    put(cache, 7, 0, 70);
    put(cache, 7, 0, 71);
    assert_int_equal(get(cache, 7, 0), 71);
}

static void
the_one_unused_longest_makes_room(void **state)
{
    g_autoptr(Cache) cache = cache_new(&kind, 2);

    (void)state;
    put(cache, 1, 0, 10);
    put(cache, 2, 1, 20);
    (void)get(cache, 1, 2);
    put(cache, 3, 3, 30);
    assert_int_equal(get(cache, 1, 4), 10);
    assert_int_equal(get(cache, 2, 4), -1);
    assert_int_equal(get(cache, 3, 4), 30);
}

static void
what_is_unused_for_too_long_is_dropped_by_any_look(void **state)
{
    g_autoptr(Cache) cache = cache_new(&kind, 2);

    (void)state;
    put(cache, 1, 0, 10);
    n_freed = 0;
    (void)get(cache, 2, IDLE);
    assert_int_equal(n_freed, 0);
    (void)get(cache, 2, IDLE + 1);
    assert_int_equal(n_freed, 1);
    assert_int_equal(get(cache, 1, IDLE + 1), -1);
}

static void
use_keeps_a_value(void **state)
{
    g_autoptr(Cache) cache = cache_new(&kind, 2);

    (void)state;
    put(cache, 1, 0, 10);
    for (uint64_t now = 0; now < 10 * IDLE; now += IDLE)
        assert_int_equal(get(cache, 1, now), 10);
}

static void
a_dropped_value_is_freed_at_once(void **state)
{
    g_autoptr(Cache) cache = cache_new(&kind, 2);

    (void)state;
    put(cache, 1, 0, 10);
    n_freed = 0;
    cache_drop(cache, 1);
    cache_drop(cache, 1);
    assert_int_equal(n_freed, 1);
    assert_int_equal(get(cache, 1, 0), -1);
}

static void
values_end_with_the_cache(void **state)
{
    Cache *cache = cache_new(&kind, 2);

    (void)state;
    put(cache, 1, 0, 10);
    put(cache, 2, 0, 20);
    n_freed = 0;
    cache_free(cache);
    assert_int_equal(n_freed, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_got),
        cmocka_unit_test(a_later_value_replaces_an_earlier_one),
        cmocka_unit_test(the_one_unused_longest_makes_room),
        cmocka_unit_test(what_is_unused_for_too_long_is_dropped_by_any_look),
        cmocka_unit_test(use_keeps_a_value),
        cmocka_unit_test(a_dropped_value_is_freed_at_once),
        cmocka_unit_test(values_end_with_the_cache),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
