/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/load_view.h"

#include "tests/unit/cmocka.h"

#define PERIOD LOAD_VIEW_PERIOD_USEC
#define HOUR (UINT64_C(3600) * 1000000)
#define DAY (24 * HOUR)

static void
has(const LoadView *view, uint64_t one, uint64_t five, uint64_t fifteen)
{
    assert_int_equal(view->averages[0], one);
    assert_int_equal(view->averages[1], five);
    assert_int_equal(view->averages[2], fifteen);
}

static void
advance(LoadView *view, uint64_t running, unsigned periods)
{
    view->running = running;
    for (unsigned i = 0; i < periods; i++)
        load_view_advance(view, 1);
}

/* What calc_load() of linux:kernel/sched/loadavg.c gives, compiled by itself. */
static void
two_spinners_make_the_kernels_own_sequence(void **state)
{
    LoadView view = {0};

    (void)state;
    advance(&view, 2, 1);
    has(&view, 328, 68, 22);
    advance(&view, 2, 1);
    has(&view, 630, 135, 44);
    advance(&view, 2, 10);
    has(&view, 2595, 750, 261);
    advance(&view, 2, 12);
    has(&view, 3548, 1364, 507);
    advance(&view, 0, 12);
    has(&view, 1299, 1110, 471);
}

static void
what_is_constant_is_reached_and_left_for_good(void **state)
{
    LoadView view = {0};

    (void)state;
    advance(&view, 3, 4000);
    has(&view, 3 * 2048, 3 * 2048, 3 * 2048);
    advance(&view, 0, 4000);
    has(&view, 0, 0, 0);
}

static void
blocked_threads_count_as_running_ones(void **state)
{
    LoadView running = {.running = 2}, blocked = {.running = 1, .blocked = 1};

    (void)state;
    load_view_advance(&running, 1);
    load_view_advance(&blocked, 1);
    has(&blocked, running.averages[0], running.averages[1], running.averages[2]);
}

/* calc_load_n() */
static void
periods_that_were_missed_are_made_good_at_once(void **state)
{
    LoadView view = {.running = 2};

    (void)state;
    load_view_advance(&view, 12);
    has(&view, 2594, 742, 258);
    view = (LoadView){.averages = {5 * 2048, 5 * 2048, 5 * 2048}};
    load_view_advance(&view, 720);
    has(&view, 0, 0, 210);
}

static void
no_period_changes_nothing(void **state)
{
    LoadView view = {.averages = {1, 2, 3}, .running = 7};

    (void)state;
    load_view_advance(&view, 0);
    has(&view, 1, 2, 3);
}

static void
no_number_is_too_large(void **state)
{
    LoadView view = {.running = UINT64_MAX, .blocked = UINT64_MAX};
    LoadPast past = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};

    (void)state;
    load_view_advance(&view, UINT64_MAX);
    has(&view, UINT64_C(1) << 43, UINT64_C(1) << 43, UINT64_C(1) << 43);
    load_view_begin(&view, &past);
    load_view_advance(&view, UINT64_MAX);
    has(&view, UINT64_C(1) << 43, UINT64_C(1) << 43, UINT64_C(1) << 43);
}

static LoadView
begun(uint64_t running, uint64_t blocked, uint64_t usage_usec, uint64_t age_usec)
{
    LoadPast past = {running, blocked, usage_usec, age_usec, 4000};
    LoadView view;

    load_view_begin(&view, &past);
    return view;
}

static void
a_container_busy_all_its_life_begins_where_the_kernel_would_be(void **state)
{
    LoadView young = begun(2, 0, 2 * 12 * PERIOD, 12 * PERIOD);
    LoadView old = begun(2, 0, 2 * DAY, DAY);

    (void)state;
    has(&young, 2594, 742, 258);
    has(&old, 2 * 2048, 2 * 2048, 2 * 2048);
}

static void
a_container_that_has_just_become_busy_has_no_past(void **state)
{
    LoadView view = begun(2, 0, 0, DAY);

    (void)state;
    has(&view, 0, 0, 0);
}

/* One CPU minute in a day: the thread that runs cannot have been running for longer. */
static void
nothing_ran_for_longer_than_its_cpu_time(void **state)
{
    LoadView view = begun(1, 0, 12 * PERIOD, DAY);

    (void)state;
    has(&view, 1297, 371, 129);
}

/* Four threads on half a CPU, for a minute. */
static void
threads_under_a_quota_take_longer_for_their_cpu_time(void **state)
{
    LoadPast past = {4, 0, 6 * PERIOD, 12 * PERIOD, 500};
    LoadView view;

    (void)state;
    load_view_begin(&view, &past);
    has(&view, 5188, 1484, 516);
}

static void
a_container_asleep_begins_with_the_mean_of_its_life(void **state)
{
    LoadView view = begun(0, 0, DAY / 2, DAY);

    (void)state;
    has(&view, 1024, 1024, 1024);
}

/* The CPU time may be that of processes which ended before the oldest that lives was born. */
static void
the_mean_is_no_more_than_the_cpus_it_has(void **state)
{
    LoadView view = begun(0, 0, 100 * DAY, DAY);

    (void)state;
    has(&view, 4 * 2048, 4 * 2048, 4 * 2048);
}

static void
a_blocked_thread_needs_no_cpu_time(void **state)
{
    LoadView view = begun(0, 1, 0, DAY);

    (void)state;
    has(&view, 2048, 2048, 2048);
}

static void
a_container_without_age_begins_at_zero(void **state)
{
    LoadView view = begun(3, 1, HOUR, 0);

    (void)state;
    has(&view, 0, 0, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_spinners_make_the_kernels_own_sequence),
        cmocka_unit_test(what_is_constant_is_reached_and_left_for_good),
        cmocka_unit_test(blocked_threads_count_as_running_ones),
        cmocka_unit_test(periods_that_were_missed_are_made_good_at_once),
        cmocka_unit_test(no_period_changes_nothing),
        cmocka_unit_test(no_number_is_too_large),
        cmocka_unit_test(a_container_busy_all_its_life_begins_where_the_kernel_would_be),
        cmocka_unit_test(a_container_that_has_just_become_busy_has_no_past),
        cmocka_unit_test(nothing_ran_for_longer_than_its_cpu_time),
        cmocka_unit_test(threads_under_a_quota_take_longer_for_their_cpu_time),
        cmocka_unit_test(a_container_asleep_begins_with_the_mean_of_its_life),
        cmocka_unit_test(the_mean_is_no_more_than_the_cpus_it_has),
        cmocka_unit_test(a_blocked_thread_needs_no_cpu_time),
        cmocka_unit_test(a_container_without_age_begins_at_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
