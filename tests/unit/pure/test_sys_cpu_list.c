/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/proc/sys_files.h"
#include "tests/unit/pure/rendering.h"

static void
cpus_are_renumbered_from_zero(void **state)
{
    View view = {.cpus = cpus("3,5-7")};

    (void)state;
    renders(sys_cpu_list_render, &view, "0-3\n");
}

static void
one_cpu_is_not_a_range(void **state)
{
    View view = {.cpus = cpus("7")};

    (void)state;
    renders(sys_cpu_list_render, &view, "0\n");
}

static void
two_cpus_are_a_range(void **state)
{
    View view = {.cpus = cpus("2,4")};

    (void)state;
    renders(sys_cpu_list_render, &view, "0-1\n");
}

static void
the_largest_machine_fits(void **state)
{
    View view = {.cpus = cpus("0-8191")};

    (void)state;
    renders(sys_cpu_list_render, &view, "0-8191\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpus_are_renumbered_from_zero),
        cmocka_unit_test(one_cpu_is_not_a_range),
        cmocka_unit_test(two_cpus_are_a_range),
        cmocka_unit_test(the_largest_machine_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
