/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/cgroup_cpu.h"

static void
advance(CpuView *view, const CgroupCpu *now, uint64_t elapsed)
{
    CpuSet shown = cpu_view_shown(now, CPU_POLICY_CEIL);

    cpu_view_advance(view, now, &shown, elapsed);
}

static void
an_idle_container_was_idle_on_all_cpus_since_birth(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0-1");

    (void)state;
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.cpus[0].idle, 10 * SEC);
    assert_int_equal(view.cpus[1].idle, 10 * SEC);
    assert_int_equal(view.total.idle, 20 * SEC);
}

static void
what_was_used_was_not_idle(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0");

    (void)state;
    cpu.user = 3 * SEC;
    cpu.nice = 2 * SEC;
    cpu.system = 1 * SEC;
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.total.user, 3 * SEC);
    assert_int_equal(view.total.nice, 2 * SEC);
    assert_int_equal(view.total.system, 1 * SEC);
    assert_int_equal(view.total.idle, 4 * SEC);
}

static void
time_not_told_by_cpu_is_spread_evenly_and_none_is_lost(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0-2");

    (void)state;
    cpu.user = 3 * SEC + 2;
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.cpus[0].user, 1 * SEC);
    assert_int_equal(view.cpus[1].user, 1 * SEC + 1);
    assert_int_equal(view.cpus[2].user, 1 * SEC + 1);
    assert_int_equal(view.total.user, 3 * SEC + 2);
}

static void
time_told_by_cpu_goes_to_that_cpu(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("1,3");
    CpuUsage used[] = {{0, 0}, {2 * SEC, 0}, {0, 0}, {1 * SEC, 1 * SEC}};

    (void)state;
    cpu.per_cpu = used;
    cpu.n_per_cpu = G_N_ELEMENTS(used);
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.cpus[0].user, 2 * SEC);
    assert_int_equal(view.cpus[0].idle, 8 * SEC);
    assert_int_equal(view.cpus[1].user, 1 * SEC);
    assert_int_equal(view.cpus[1].system, 1 * SEC);
}

static void
a_cpu_that_is_a_tick_old_has_been_idle_for_a_tick(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = with_quota("0-3", 150 * MSEC);

    (void)state;
    advance(&view, &cpu, 10 * MSEC);
    assert_int_equal(view.n_online, 2);
    assert_int_equal(view.cpus[1].idle, 10 * MSEC);
    advance(&view, &cpu, 20 * MSEC); /* the rest stays undecided */
    assert_int_equal(view.cpus[1].idle, 10 * MSEC);
}

static void
an_exact_total_is_divided_as_the_samples_are(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0");
    CpuUsage used[] = {{6 * SEC, 2 * SEC, 4 * SEC}};

    (void)state;
    cpu.per_cpu = used;
    cpu.n_per_cpu = G_N_ELEMENTS(used);
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.cpus[0].user, 3 * SEC);
    assert_int_equal(view.cpus[0].system, 1 * SEC);
    used[0].total += 4 * MSEC; /* between two ticks: as it divided so far */
    advance(&view, &cpu, 11 * SEC);
    assert_int_equal(view.cpus[0].user, 3 * SEC + 3 * MSEC);
    assert_int_equal(view.cpus[0].system, 1 * SEC + 1 * MSEC);
}

static void
time_used_outside_the_cpuset_is_spread_over_it(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("1-2");
    CpuUsage used[] = {{2 * SEC, 0}, {3 * SEC, 0}, {0, 0}};

    (void)state;
    cpu.per_cpu = used;
    cpu.n_per_cpu = G_N_ELEMENTS(used);
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.cpus[0].user, 4 * SEC);
    assert_int_equal(view.cpus[1].user, 1 * SEC);
}

static void
a_quota_of_less_than_the_cpuset_spreads_what_was_told_by_cpu(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = with_quota("0-3", 200 * MSEC);
    CpuUsage used[] = {{0, 0}, {0, 0}, {0, 0}, {4 * SEC, 0}};

    (void)state;
    cpu.per_cpu = used;
    cpu.n_per_cpu = G_N_ELEMENTS(used);
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.n_online, 2);
    assert_int_equal(view.cpus[0].user, 2 * SEC);
    assert_int_equal(view.cpus[1].user, 2 * SEC);
}

static void
a_later_look_adds_what_was_used_since(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0");

    (void)state;
    cpu.user = 1 * SEC;
    advance(&view, &cpu, 10 * SEC);
    cpu.user = 3 * SEC;
    advance(&view, &cpu, 15 * SEC);
    assert_int_equal(view.total.user, 3 * SEC);
    assert_int_equal(view.total.idle, 12 * SEC);
}

static void
a_counter_that_goes_back_is_no_progress(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0");

    (void)state;
    cpu.user = 5 * SEC;
    advance(&view, &cpu, 10 * SEC);
    cpu.user = 0; /* somebody wrote 0 to cpuacct.usage */
    advance(&view, &cpu, 11 * SEC);
    assert_int_equal(view.total.user, 5 * SEC);
    cpu.user = 1 * SEC;
    advance(&view, &cpu, 12 * SEC);
    assert_int_equal(view.total.user, 6 * SEC);
}

static void
a_sample_older_than_the_last_changes_nothing(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0"), older = cpu;

    (void)state;
    cpu.user = 2 * SEC;
    advance(&view, &cpu, 10 * SEC);
    older.user = 1 * SEC;
    advance(&view, &older, 9 * SEC);
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.total.user, 2 * SEC);
    assert_int_equal(view.elapsed, 10 * SEC);
}

static void
new_cpus_start_at_zero(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0");

    (void)state;
    advance(&view, &cpu, 10 * SEC);
    cpu = idle_on("0-1");
    advance(&view, &cpu, 11 * SEC);
    assert_int_equal(view.n_online, 2);
    assert_int_equal(view.cpus[0].idle, 11 * SEC);
    assert_int_equal(view.cpus[1].idle, 0);
    advance(&view, &cpu, 13 * SEC);
    assert_int_equal(view.cpus[1].idle, 2 * SEC);
}

static void
hidden_cpus_still_count_in_the_total_and_go_on_when_shown_again(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu two = idle_on("0-1"), one = idle_on("0");

    (void)state;
    advance(&view, &two, 10 * SEC);
    advance(&view, &one, 11 * SEC);
    assert_int_equal(view.n_online, 1);
    advance(&view, &one, 20 * SEC);
    assert_int_equal(view.total.idle, (20 + 11) * SEC);
    advance(&view, &two, 30 * SEC);
    assert_int_equal(view.cpus[1].idle, 11 * SEC);
    advance(&view, &two, 31 * SEC);
    assert_int_equal(view.cpus[1].idle, 12 * SEC);
}

static void
what_was_used_before_a_limit_fell_goes_to_the_cpus_shown_then(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0-3");

    (void)state;
    advance(&view, &cpu, 10 * SEC);
    cpu = with_quota("0-3", 100 * MSEC);
    cpu.user = 4 * SEC;
    advance(&view, &cpu, 11 * SEC);
    assert_int_equal(view.n_online, 1);
    assert_int_equal(view.cpus[0].user, 1 * SEC);
    assert_int_equal(view.cpus[3].user, 1 * SEC);
}

static void
half_a_cpu_fully_used_is_half_user_and_half_stolen(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = with_quota("0-3", 50 * MSEC);

    (void)state;
    cpu.user = 500 * MSEC;
    cpu.throttled = 500 * MSEC;
    advance(&view, &cpu, 1 * SEC);
    assert_int_equal(view.total.user, 500 * MSEC);
    assert_int_equal(view.total.steal, 500 * MSEC);
    assert_int_equal(view.total.idle, 0);
}

static void
half_a_cpu_not_used_is_idle_but_for_the_undecided_period(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = with_quota("0-3", 50 * MSEC);

    (void)state;
    advance(&view, &cpu, 1 * SEC);
    assert_int_equal(view.total.idle, 900 * MSEC);
    advance(&view, &cpu, 2 * SEC);
    assert_int_equal(view.total.idle, 1900 * MSEC);
    assert_int_equal(view.total.steal, 0);
}

/* Four threads on four CPUs burn a quota of one CPU in a quarter of each period; then four CPUs
 * are throttled for the rest of it. */
static void
no_more_is_stolen_than_was_not_used(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = with_quota("0-3", 100 * MSEC);

    (void)state;
    cpu.user = 1 * SEC;
    cpu.throttled = 3 * SEC;
    advance(&view, &cpu, 1 * SEC);
    assert_int_equal(view.total.user, 1 * SEC);
    assert_int_equal(view.total.steal, 0);
    assert_int_equal(view.total.idle, 0);
}

static void
no_more_than_the_longest_period_stays_undecided(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = with_quota("0", 50 * MSEC);

    (void)state;
    cpu.period = 1000 * SEC;
    advance(&view, &cpu, 10 * SEC);
    assert_int_equal(view.total.idle, 9 * SEC);
}

static void
what_is_stolen_is_shared_evenly(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = with_quota("0-1", 150 * MSEC);

    (void)state;
    cpu.throttled = 100 * MSEC;
    advance(&view, &cpu, 1 * SEC);
    assert_int_equal(view.cpus[0].steal, 50 * MSEC);
    assert_int_equal(view.cpus[1].steal, 50 * MSEC);
}

static void
what_is_stolen_is_shared_by_the_cpus_that_have_room(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = with_quota("0-1", 150 * MSEC);
    CpuUsage used[] = {{900 * MSEC, 0}, {600 * MSEC, 0}};

    (void)state;
    cpu.per_cpu = used;
    cpu.n_per_cpu = G_N_ELEMENTS(used);
    cpu.throttled = 400 * MSEC;
    advance(&view, &cpu, 1 * SEC);
    assert_int_equal(view.cpus[0].steal, 100 * MSEC);
    assert_int_equal(view.cpus[1].steal, 300 * MSEC);
}

static void
idle_time_goes_on_soon_after_more_was_used_than_the_cpus_could(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0");

    (void)state;
    cpu.user = 400 * SEC; /* it had four CPUs until now */
    advance(&view, &cpu, 100 * SEC);
    assert_int_equal(view.total.idle, 0);
    advance(&view, &cpu, 101 * SEC);
    assert_int_equal(view.total.idle, 900 * MSEC); /* 100 ms had to be paid back */
    advance(&view, &cpu, 102 * SEC);
    assert_int_equal(view.total.idle, 1900 * MSEC);
}

/* One look finds 12 ms used in 10, the next 8 ms: the CPU was never idle. */
static void
looks_that_jitter_show_no_idle_time(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0");

    (void)state;
    for (unsigned look = 1; look <= 1000; look++) {
        cpu.user += (look % 2 ? 12 : 8) * MSEC;
        advance(&view, &cpu, look * 10 * MSEC);
    }
    assert_int_equal(view.total.user, 10 * SEC);
    assert_int_equal(view.total.idle, 0);
}

static void
counters_at_the_end_of_their_range_saturate(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu cpu = idle_on("0-1");

    (void)state;
    cpu.user = cpu.system = cpu.nice = cpu.throttled = UINT64_MAX;
    advance(&view, &cpu, UINT64_MAX);
    assert_true(view.total.user == UINT64_MAX);
    assert_int_equal(view.total.idle, 0);
    assert_int_equal(view.total.steal, 0);
}

static void
per_cpu_times_that_come_and_go_are_not_counted_twice(void **state)
{
    g_auto(CpuView) view = {0};
    CgroupCpu told = idle_on("0"), untold = idle_on("0");
    CpuUsage used[] = {{2 * SEC, 0}};

    (void)state;
    told.user = 2 * SEC;
    told.per_cpu = used;
    told.n_per_cpu = 1;
    untold.user = 3 * SEC;
    advance(&view, &told, 10 * SEC);
    advance(&view, &untold, 11 * SEC);
    assert_int_equal(view.total.user, 3 * SEC);
    told.user = used[0].user = 4 * SEC;
    advance(&view, &told, 12 * SEC);
    assert_int_equal(view.total.user, 4 * SEC);
}

static void
a_copy_goes_its_own_way(void **state)
{
    g_auto(CpuView) view = {0}, copy = {0};
    CgroupCpu cpu = idle_on("0-1");
    CpuUsage used[] = {{1 * SEC, 0}, {0, 0}};

    (void)state;
    cpu.per_cpu = used;
    cpu.n_per_cpu = G_N_ELEMENTS(used);
    advance(&view, &cpu, 10 * SEC);
    cpu_view_copy(&view, &copy);
    advance(&view, &cpu, 20 * SEC);
    cpu_view_clear(&view);
    assert_int_equal(copy.cpus[0].user, 1 * SEC);
    assert_int_equal(copy.cpus[1].idle, 10 * SEC);
    assert_int_equal(copy.capacity[1], 10 * SEC);
    assert_int_equal(copy.last.per_cpu[0].usage.user, 1 * SEC);
}

static void
a_copy_of_nothing_is_nothing(void **state)
{
    g_auto(CpuView) view = {0}, copy = {0};

    (void)state;
    cpu_view_copy(&view, &copy);
    assert_int_equal(copy.n_seen, 0);
    assert_null(copy.cpus);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_container_was_idle_on_all_cpus_since_birth),
        cmocka_unit_test(what_was_used_was_not_idle),
        cmocka_unit_test(time_not_told_by_cpu_is_spread_evenly_and_none_is_lost),
        cmocka_unit_test(time_told_by_cpu_goes_to_that_cpu),
        cmocka_unit_test(a_cpu_that_is_a_tick_old_has_been_idle_for_a_tick),
        cmocka_unit_test(an_exact_total_is_divided_as_the_samples_are),
        cmocka_unit_test(time_used_outside_the_cpuset_is_spread_over_it),
        cmocka_unit_test(a_quota_of_less_than_the_cpuset_spreads_what_was_told_by_cpu),
        cmocka_unit_test(a_later_look_adds_what_was_used_since),
        cmocka_unit_test(a_counter_that_goes_back_is_no_progress),
        cmocka_unit_test(a_sample_older_than_the_last_changes_nothing),
        cmocka_unit_test(new_cpus_start_at_zero),
        cmocka_unit_test(hidden_cpus_still_count_in_the_total_and_go_on_when_shown_again),
        cmocka_unit_test(what_was_used_before_a_limit_fell_goes_to_the_cpus_shown_then),
        cmocka_unit_test(half_a_cpu_fully_used_is_half_user_and_half_stolen),
        cmocka_unit_test(half_a_cpu_not_used_is_idle_but_for_the_undecided_period),
        cmocka_unit_test(no_more_is_stolen_than_was_not_used),
        cmocka_unit_test(no_more_than_the_longest_period_stays_undecided),
        cmocka_unit_test(what_is_stolen_is_shared_evenly),
        cmocka_unit_test(what_is_stolen_is_shared_by_the_cpus_that_have_room),
        cmocka_unit_test(idle_time_goes_on_soon_after_more_was_used_than_the_cpus_could),
        cmocka_unit_test(looks_that_jitter_show_no_idle_time),
        cmocka_unit_test(counters_at_the_end_of_their_range_saturate),
        cmocka_unit_test(per_cpu_times_that_come_and_go_are_not_counted_twice),
        cmocka_unit_test(a_copy_goes_its_own_way),
        cmocka_unit_test(a_copy_of_nothing_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
