/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/proc/sys_files.h"
#include "tests/unit/pure/rendering.h"

/* CPU @number of a container that is shown the host's CPUs @list; @own is what the kernel says. */
static void
says(void (*render)(const View *view, GString *out), const char *list, unsigned number,
     const char *own, const char *expected)
{
    const Snapshot snapshot = {.own_text = host_text(own)};
    View view = {.snapshot = &snapshot, .cpus = cpus(list), .number = number};

    renders(render, &view, expected);
}

static void
a_core_is_called_by_its_place_in_the_container(void **state)
{
    (void)state;
    says(sys_cpu_number_render, "5,7", 1, "7\n", "1\n");
}

static void
a_core_has_one_thread(void **state)
{
    (void)state;
    says(sys_cpu_self_mask_render, "0-1", 0, "3\n", "1\n");
    says(sys_cpu_self_mask_render, "0-1", 1, "3\n", "2\n");
    says(sys_cpu_self_mask_render, "0-39", 33, "3\n", "02,00000000\n");
}

static void
all_cpus_are_in_one_package(void **state)
{
    (void)state;
    says(sys_cpu_mask_render, "5", 0, "ff\n", "1\n");
    says(sys_cpu_mask_render, "8-39", 0, "ff\n", "ffffffff\n");
    says(sys_cpu_mask_render, "8-40", 0, "ff\n", "1,ffffffff\n");
}

static void
a_cache_is_shared_by_those_who_are_shown(void **state)
{
    (void)state;
    says(sys_cache_list_render, "4-5,9", 0, "4,36\n", "0\n");
    says(sys_cache_list_render, "4-5,9", 2, "0-9,32-41\n", "0-2\n");
    says(sys_cache_mask_render, "4-5,9", 2, "3ff\n", "7\n");
    says(sys_cache_mask_render, "4-5,9", 1, "0020\n", "2\n");
}

static void
a_cpu_has_its_own_cache_whatever_the_kernel_says(void **state)
{
    static const char *const texts[] = {"", "\n", "garbage\n", "7\n"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        says(sys_cache_list_render, "4-5", 1, texts[i], "1\n");
    says(sys_cache_mask_render, "4-5", 1, "garbage\n", "2\n");
    says(sys_cache_mask_render, "4-5", 1, "", "2\n");
}

static void
the_kernels_list_is_renumbered(void **state)
{
    (void)state;
    says(sys_own_list_render, "2,4-6", 0, "0-4\n", "0-1\n");
    says(sys_own_list_render, "2,4-6", 0, "\n", "\n");
    says(sys_own_list_render, "2,4-6", 0, "  (null)\n", "\n");
    says(sys_own_list_render, "2,4-6", 0, "8-9\n", "\n");
}

static void
what_is_true_for_all_is_the_kernels_text(void **state)
{
    (void)state;
    says(sys_own_text_render, "0", 0, "Mitigation: PTI\n", "Mitigation: PTI\n");
    says(sys_own_text_render, "0", 0, "", "");
}

static void
some_say_the_same_in_every_container(void **state)
{
    (void)state;
    says(sys_nothing_render, "0-3", 2, "4-5\n", "\n");
    says(sys_one_render, "0-3", 2, "0\n", "1\n");
    says(sys_zero_render, "0-3", 2, "1\n", "0\n");
    says(sys_no_smt_render, "0-3", 2, "on\n", "notsupported\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_core_is_called_by_its_place_in_the_container),
        cmocka_unit_test(a_core_has_one_thread),
        cmocka_unit_test(all_cpus_are_in_one_package),
        cmocka_unit_test(a_cache_is_shared_by_those_who_are_shown),
        cmocka_unit_test(a_cpu_has_its_own_cache_whatever_the_kernel_says),
        cmocka_unit_test(the_kernels_list_is_renumbered),
        cmocka_unit_test(what_is_true_for_all_is_the_kernels_text),
        cmocka_unit_test(some_say_the_same_in_every_container),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
