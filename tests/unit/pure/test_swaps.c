/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

#define HEADER "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#define OLD_HEADER "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n"
#define PARTITION "/dev/vda2                               partition\t16777212\t1024\t\t-2\n"
/* the name in 40 columns */
#define NAME "none                                    "

static void
shows(const char *host_swaps, uint64_t limit, uint64_t usage, const char *expected)
{
    Snapshot snapshot = {
        .swaps = host_text(host_swaps),
        .host_memory = {.total = GIB, .swap_total = 64 * GIB, .swap_free = 64 * GIB},
        .memory = {.limit = GIB,
                   .swap_known = true,
                   .swap_limit = limit,
                   .swap_usage = usage,
                   .swap_room = limit > usage ? limit - usage : 0}};

    renders(swaps_render, &(View){.snapshot = &snapshot}, expected);
}

static void
without_swap_there_is_the_header_alone(void **state)
{
    (void)state;
    shows(HEADER PARTITION, 0, 0, HEADER);
}

static void
the_containers_swap_is_one_line(void **state)
{
    (void)state;
    shows(HEADER PARTITION, 128 * MIB, 3 * MIB, HEADER NAME "virtual\t\t131072\t\t3072\t\t0\n");
}

static void
long_numbers_get_one_tab(void **state)
{
    (void)state;
    shows(HEADER, 20 * GIB, 10 * GIB, HEADER NAME "virtual\t\t20971520\t10485760\t0\n");
}

static void
an_old_kernel_wrote_single_tabs(void **state)
{
    (void)state;
    shows(OLD_HEADER, 128 * MIB, 3 * MIB, OLD_HEADER NAME "virtual\t\t131072\t3072\t0\n");
}

static void
a_limit_below_the_use_is_a_full_swap(void **state)
{
    (void)state;
    shows(HEADER, 1 * MIB, 7 * MIB, HEADER NAME "virtual\t\t1024\t\t1024\t\t0\n");
}

static void
an_empty_text_stays_empty(void **state)
{
    (void)state;
    shows("", 128 * MIB, 0, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_swap_there_is_the_header_alone),
        cmocka_unit_test(the_containers_swap_is_one_line),
        cmocka_unit_test(long_numbers_get_one_tab),
        cmocka_unit_test(an_old_kernel_wrote_single_tabs),
        cmocka_unit_test(a_limit_below_the_use_is_a_full_swap),
        cmocka_unit_test(an_empty_text_stays_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
