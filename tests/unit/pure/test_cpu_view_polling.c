/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container under CFS bandwidth control, run millisecond by millisecond, and readers who look at
 * it more or less often: all must see the same.
 *
 *     period of 100 ms    |<- runs: quota ->|<- throttled: told at the end of the period ->|
 */

#include "fs/view/cpu_view.h"
#include "tests/unit/pure/rendering.h"

#define PERIOD_MS 100

/* @quota_ms of each period for one thread that wants to run @wants_ms of it. */
typedef struct {
    unsigned quota_ms, wants_ms;
    CgroupCpu cpu;
    uint64_t throttled_now; /* not told yet */
    uint64_t ms;
} Machine;

static Machine
machine(unsigned quota_ms, unsigned wants_ms)
{
    Machine machine = {.quota_ms = quota_ms, .wants_ms = wants_ms};

    machine.cpu.quota = quota_ms * MSEC;
    machine.cpu.period = PERIOD_MS * MSEC;
    machine.cpu.cpus = cpus("0-3");
    return machine;
}

static void
run_one_ms(Machine *machine)
{
    unsigned in_period = (unsigned)(machine->ms++ % PERIOD_MS);

    if (in_period < MIN(machine->quota_ms, machine->wants_ms))
        machine->cpu.user += MSEC;
    else if (machine->wants_ms > machine->quota_ms)
        machine->throttled_now += MSEC;
    if (in_period == PERIOD_MS - 1) {
        machine->cpu.throttled += machine->throttled_now;
        machine->throttled_now = 0;
    }
}

static void
look(const Machine *machine, CpuView *view)
{
    CpuSet shown = cpu_view_shown(&machine->cpu, CPU_POLICY_CEIL);

    cpu_view_advance(view, &machine->cpu, &shown, machine->ms * MSEC);
}

static void
run(Machine *machine, CpuView *view, uint64_t until_ms, unsigned every_ms)
{
    while (machine->ms < until_ms) {
        run_one_ms(machine);
        if (machine->ms % every_ms == 0)
            look(machine, view);
    }
    look(machine, view);
}

static void
within_a_period(uint64_t value, uint64_t expected)
{
    assert_in_range(value, expected - MIN(expected, PERIOD_MS * MSEC), expected + PERIOD_MS * MSEC);
}

static const unsigned looks_ms[] = {1, 3, 7, 10, 33, 100, 250, 1000, 10000};

static void
a_spinner_with_half_a_cpu_is_stolen_half_however_often_one_looks(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(looks_ms); i++) {
        g_auto(CpuView) view = {0};
        Machine half = machine(50, PERIOD_MS);

        run(&half, &view, 10000, looks_ms[i]);
        within_a_period(view.total.user, 5 * SEC);
        within_a_period(view.total.steal, 5 * SEC);
        assert_int_equal(view.total.idle, 0);
    }
}

static void
a_thread_that_stays_below_its_quota_is_never_stolen(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(looks_ms); i++) {
        g_auto(CpuView) view = {0};
        Machine modest = machine(50, 30);

        run(&modest, &view, 10000, looks_ms[i]);
        within_a_period(view.total.user, 3 * SEC);
        within_a_period(view.total.idle, 7 * SEC);
        assert_int_equal(view.total.steal, 0);
    }
}

static void
an_idle_container_is_idle_however_often_one_looks(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(looks_ms); i++) {
        g_auto(CpuView) view = {0};
        Machine idle = machine(50, 0);

        run(&idle, &view, 10000, looks_ms[i]);
        assert_int_equal(view.total.idle, 10 * SEC - PERIOD_MS * MSEC);
    }
}

static void
a_spinner_that_starts_late_is_stolen_half_from_then_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(looks_ms); i++) {
        g_auto(CpuView) view = {0};
        Machine late = machine(50, 0);

        run(&late, &view, 10000, looks_ms[i]);
        late.wants_ms = PERIOD_MS;
        run(&late, &view, 20000, looks_ms[i]);
        within_a_period(view.total.steal, 5 * SEC);
        within_a_period(view.total.idle, 10 * SEC);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spinner_with_half_a_cpu_is_stolen_half_however_often_one_looks),
        cmocka_unit_test(a_thread_that_stays_below_its_quota_is_never_stolen),
        cmocka_unit_test(an_idle_container_is_idle_however_often_one_looks),
        cmocka_unit_test(a_spinner_that_starts_late_is_stolen_half_from_then_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
