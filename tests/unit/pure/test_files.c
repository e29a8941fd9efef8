/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

static void
every_file_is_found_by_its_path(void **state)
{
    (void)state;
    for (unsigned i = 0; i < proc_files_n; i++)
        assert_ptr_equal(proc_file_find(proc_files[i].path), &proc_files[i]);
}

static void
other_paths_are_not_found(void **state)
{
    static const char *const others[] = {"",      "proc",          "meminfo",
                                         "proc/", "proc/meminfo/", "/proc/meminfo",
                                         "sys",   "proc/meminf",   "proc/meminfoo"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        assert_null(proc_file_find(others[i]));
}

static void
paths_are_in_order_and_renderers_present(void **state)
{
    (void)state;
    for (unsigned i = 0; i < proc_files_n; i++) {
        assert_non_null(proc_files[i].render);
        assert_int_not_equal(proc_files[i].needs, 0);
        if (i > 0)
            assert_true(strcmp(proc_files[i - 1].path, proc_files[i].path) < 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_found_by_its_path),
        cmocka_unit_test(other_paths_are_not_found),
        cmocka_unit_test(paths_are_in_order_and_renderers_present),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
