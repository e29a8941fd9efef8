/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pressure and slabinfo: the container's own text, or one that says nothing. */

#include "tests/unit/pure/rendering.h"

#define ZEROS " avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
#define OWN                                                                                        \
    "some avg10=1.07 avg60=0.53 avg300=0.12 total=913405\n"                                        \
    "full avg10=0.90 avg60=0.42 avg300=0.10 total=810000\n"
#define HOST                                                                                       \
    "some avg10=9.99 avg60=9.99 avg300=9.99 total=999999999\n"                                     \
    "full avg10=8.88 avg60=8.88 avg300=8.88 total=888888888\n"
#define OLD_HOST "some avg10=9.99 avg60=9.99 avg300=9.99 total=999999999\n"

static void
the_cgroups_own_stalls_are_shown(void **state)
{
    Snapshot snapshot = {.pressure = host_text(OWN)};

    (void)state;
    renders(pressure_render, &(View){.snapshot = &snapshot}, OWN);
    renders(pressure_irq_render, &(View){.snapshot = &snapshot}, OWN);
}

static void
where_none_are_counted_there_are_none(void **state)
{
    Snapshot snapshot = {.host_pressure = host_text(HOST)};

    (void)state;
    renders(pressure_render, &(View){.snapshot = &snapshot}, "some" ZEROS "full" ZEROS);
}

static void
an_older_kernel_has_no_full_line_for_the_cpu(void **state)
{
    Snapshot snapshot = {.host_pressure = host_text(OLD_HOST)};

    (void)state;
    renders(pressure_render, &(View){.snapshot = &snapshot}, "some" ZEROS);
}

static void
a_kernel_that_says_nothing_is_taken_for_one_of_today(void **state)
{
    Snapshot snapshot = {0};

    (void)state;
    renders(pressure_render, &(View){.snapshot = &snapshot}, "some" ZEROS "full" ZEROS);
    renders(pressure_irq_render, &(View){.snapshot = &snapshot}, "full" ZEROS);
}

#define SLABS                                                                                      \
    "slabinfo - version: 2.1\n"                                                                    \
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables"  \
    " <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n"

static void
slabs_that_are_not_counted_are_not_there(void **state)
{
    Snapshot snapshot = {0};

    (void)state;
    renders(slabinfo_render, &(View){.snapshot = &snapshot}, SLABS);
}

static void
slabs_of_an_old_v1_kernel_are_shown(void **state)
{
    static const char own[] =
        SLABS "dentry               21     21    192   21    1 : tunables    0    0    0"
              " : slabdata      1      1      0\n";
    Snapshot snapshot = {.slabinfo = host_text(own)};

    (void)state;
    renders(slabinfo_render, &(View){.snapshot = &snapshot}, own);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cgroups_own_stalls_are_shown),
        cmocka_unit_test(where_none_are_counted_there_are_none),
        cmocka_unit_test(an_older_kernel_has_no_full_line_for_the_cpu),
        cmocka_unit_test(a_kernel_that_says_nothing_is_taken_for_one_of_today),
        cmocka_unit_test(slabs_that_are_not_counted_are_not_there),
        cmocka_unit_test(slabs_of_an_old_v1_kernel_are_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
