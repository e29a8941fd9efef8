/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/clock.h"
#include "fs/request/expiry.h"
#include "tests/unit/cmocka.h"

#include <stdbool.h>

#define ROOM 4
#define FAR (60 * G_USEC_PER_SEC)

/* What was taken away, in its order. */
typedef struct {
    Expiry *expiry;
    GMutex lock;
    GCond changed;
    GArray *nodes; /* of uint64_t */
    gint64 last;   /* when, CLOCK_MONOTONIC */
    bool busy;     /* whoever takes a page away has to wait */
    bool waits;    /* somebody takes one away, and has to */
    /* What happens while a page is pushed; NULL: nothing.  And how many were. */
    void (*while_pushed)(void *fixture, GBytes *page);
    unsigned n_pushed;
    GBytes *page;
} Fixture;

static void
drop(gpointer connection, uint64_t node)
{
    Fixture *fixture = connection;

    g_mutex_lock(&fixture->lock);
    while (fixture->busy) {
        fixture->waits = true;
        g_cond_broadcast(&fixture->changed);
        g_cond_wait(&fixture->changed, &fixture->lock);
    }
    fixture->waits = false;
    g_array_append_val(fixture->nodes, node);
    fixture->last = g_get_monotonic_time();
    g_cond_broadcast(&fixture->changed);
    g_mutex_unlock(&fixture->lock);
}

static void
push(gpointer connection, uint64_t node, GBytes *page)
{
    Fixture *fixture = connection;

    (void)node;
    fixture->n_pushed++;
    if (fixture->while_pushed)
        fixture->while_pushed(fixture, page);
}

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    g_mutex_init(&fixture->lock);
    g_cond_init(&fixture->changed);
    fixture->nodes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    fixture->page = g_bytes_new_static("text", 4);
    fixture->expiry =
        expiry_new(&(ExpiryConfig){.now = clock_boottime, .drop = drop, .push = push, .max = ROOM});
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    expiry_free(fixture->expiry);
    g_array_unref(fixture->nodes);
    g_bytes_unref(fixture->page);
    g_cond_clear(&fixture->changed);
    g_mutex_clear(&fixture->lock);
    g_free(fixture);
    return 0;
}

/* Waits until @n pages were taken away: false if they are not, in good time. */
static bool
wait_for(Fixture *fixture, guint n)
{
    gint64 until = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    bool in_time = true;

    g_mutex_lock(&fixture->lock);
    while (in_time && fixture->nodes->len < n)
        in_time = g_cond_wait_until(&fixture->changed, &fixture->lock, until);
    g_mutex_unlock(&fixture->lock);
    return in_time;
}

static uint64_t
taken(const Fixture *fixture, guint i)
{
    return g_array_index(fixture->nodes, uint64_t, i);
}

static void
set_busy(Fixture *fixture, bool busy)
{
    g_mutex_lock(&fixture->lock);
    fixture->busy = busy;
    g_cond_broadcast(&fixture->changed);
    g_mutex_unlock(&fixture->lock);
}

/* Adds a page that is being taken away, and stays so until nobody is busy any more. */
static bool
add_being_taken_away(Fixture *fixture, uint64_t node)
{
    gint64 until = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    bool in_time = true;

    set_busy(fixture, true);
    expiry_add(fixture->expiry, fixture, node, 0);
    g_mutex_lock(&fixture->lock);
    while (in_time && !fixture->waits)
        in_time = g_cond_wait_until(&fixture->changed, &fixture->lock, until);
    g_mutex_unlock(&fixture->lock);
    return in_time;
}

static void
a_page_is_taken_away_at_its_end_and_not_before(void **state)
{
    Fixture *fixture = *state;
    gint64 start = g_get_monotonic_time();

    expiry_add(fixture->expiry, fixture, 7, clock_boottime() + 30000);
    assert_true(wait_for(fixture, 1));
    assert_int_equal(taken(fixture, 0), 7);
    assert_true(fixture->last - start >= 29000);
}

static void
what_ends_first_is_taken_away_first(void **state)
{
    Fixture *fixture = *state;
    uint64_t start = clock_boottime();

    expiry_add(fixture->expiry, fixture, 1, start + 40000);
    expiry_add(fixture->expiry, fixture, 2, start + 20000);
    expiry_add(fixture->expiry, fixture, 3, 0);
    assert_true(wait_for(fixture, 3));
    assert_int_equal(taken(fixture, 0), 3);
    assert_int_equal(taken(fixture, 1), 2);
    assert_int_equal(taken(fixture, 2), 1);
}

static void
a_page_filled_anew_lasts_until_its_new_end(void **state)
{
    Fixture *fixture = *state;
    gint64 start = g_get_monotonic_time();

    expiry_add(fixture->expiry, fixture, 7, clock_boottime() + 10000);
    expiry_add(fixture->expiry, fixture, 7, clock_boottime() + 30000);
    assert_true(wait_for(fixture, 1));
    assert_true(fixture->last - start >= 29000);
    expiry_stop(fixture->expiry);
    assert_int_equal(fixture->nodes->len, 1);
}

static void
too_many_are_taken_away_early(void **state)
{
    Fixture *fixture = *state;

    for (uint64_t node = 0; node <= ROOM; node++)
        expiry_add(fixture->expiry, fixture, node, clock_boottime() + FAR);
    assert_true(wait_for(fixture, 1));
    assert_int_equal(taken(fixture, 0), 0);
}

/* While a page is being filled it cannot be taken away, and who fills it must not wait. */
static void
whoever_fills_another_page_meanwhile_does_not_wait(void **state)
{
    Fixture *fixture = *state;

    assert_true(add_being_taken_away(fixture, 1));
    expiry_add(fixture->expiry, fixture, 1, 0);
    expiry_add(fixture->expiry, fixture, 2, 0);
    set_busy(fixture, false);
    assert_true(wait_for(fixture, 3));
}

static void
at_the_end_all_are_taken_away(void **state)
{
    Fixture *fixture = *state;

    expiry_add(fixture->expiry, fixture, 1, clock_boottime() + FAR);
    expiry_add(fixture->expiry, fixture, 2, clock_boottime() + FAR);
    expiry_stop(fixture->expiry);
    assert_int_equal(fixture->nodes->len, 2);
    expiry_add(fixture->expiry, fixture, 3, 0);
    expiry_stop(fixture->expiry);
    assert_int_equal(fixture->nodes->len, 2);
}

static void
an_empty_page_is_pushed_into_once(void **state)
{
    Fixture *fixture = *state;
    uint64_t end = clock_boottime() + FAR;

    assert_true(expiry_push(fixture->expiry, fixture, 7, end, fixture->page));
    assert_int_equal(fixture->n_pushed, 1);
    assert_true(expiry_push(fixture->expiry, fixture, 7, end, fixture->page));
    assert_int_equal(fixture->n_pushed, 1);
    expiry_stop(fixture->expiry);
    assert_int_equal(fixture->nodes->len, 1);
}

static void
nothing_is_pushed_over_another_text(void **state)
{
    Fixture *fixture = *state;
    uint64_t end = clock_boottime() + FAR;

    expiry_add(fixture->expiry, fixture, 7, end);
    assert_false(expiry_push(fixture->expiry, fixture, 7, end + 1, fixture->page));
    assert_int_equal(fixture->n_pushed, 0);
}

static void
nothing_is_pushed_while_the_page_is_taken_away(void **state)
{
    Fixture *fixture = *state;

    assert_true(add_being_taken_away(fixture, 7));
    assert_false(expiry_push(fixture->expiry, fixture, 7, clock_boottime() + FAR, fixture->page));
    set_busy(fixture, false);
    assert_true(wait_for(fixture, 1));
    assert_int_equal(fixture->n_pushed, 0);
}

static void
fill_and_push_others(void *data, GBytes *page)
{
    Fixture *fixture = data;
    uint64_t end = clock_boottime() + FAR;
    g_autoptr(GBytes) later = g_bytes_new_static("newer text", 10);
    g_autoptr(GBytes) same = expiry_fill(fixture->expiry, fixture, 7, end, later);
    g_autoptr(GBytes) other = expiry_fill(fixture->expiry, fixture, 8, end, later);

    assert_ptr_equal(same, page);
    assert_ptr_equal(other, later);
    assert_false(expiry_push(fixture->expiry, fixture, 9, end, later));
}

/* Half of each would be read, otherwise; and somebody has to answer who does not wait. */
static void
what_is_pushed_fills_the_page_meanwhile_and_nothing_else_is_pushed(void **state)
{
    Fixture *fixture = *state;

    fixture->while_pushed = fill_and_push_others;
    assert_true(expiry_push(fixture->expiry, fixture, 7, clock_boottime() + FAR, fixture->page));
    assert_int_equal(fixture->n_pushed, 1);
}

static void
wait_until_taken_away(void *data, GBytes *page)
{
    (void)page;
    assert_true(wait_for(data, 1));
}

static void
a_page_that_arrives_after_its_end_is_taken_away_again(void **state)
{
    Fixture *fixture = *state;

    fixture->while_pushed = wait_until_taken_away;
    assert_true(expiry_push(fixture->expiry, fixture, 7, 1, fixture->page));
    assert_true(wait_for(fixture, 2));
    assert_int_equal(taken(fixture, 1), 7);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_page_is_taken_away_at_its_end_and_not_before),
        TEST(what_ends_first_is_taken_away_first),
        TEST(a_page_filled_anew_lasts_until_its_new_end),
        TEST(too_many_are_taken_away_early),
        TEST(whoever_fills_another_page_meanwhile_does_not_wait),
        TEST(at_the_end_all_are_taken_away),
        TEST(an_empty_page_is_pushed_into_once),
        TEST(nothing_is_pushed_over_another_text),
        TEST(nothing_is_pushed_while_the_page_is_taken_away),
        TEST(what_is_pushed_fills_the_page_meanwhile_and_nothing_else_is_pushed),
        TEST(a_page_that_arrives_after_its_end_is_taken_away_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
