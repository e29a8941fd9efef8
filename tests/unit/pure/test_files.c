/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/rendering.h"

static void
every_file_is_found_by_its_path(void **state)
{
    static const ProcNumbers numbers = {{12, 3}};

    (void)state;
    for (unsigned i = 0; i < proc_files_n; i++) {
        g_autofree char *path = proc_path(proc_files[i].path, &numbers);
        ProcNumbers found;

        assert_ptr_equal(proc_file_match(path, &found), &proc_files[i]);
    }
}

static void
other_paths_are_not_found(void **state)
{
    static const char *const others[] = {"",      "proc",          "meminfo",
                                         "proc/", "proc/meminfo/", "/proc/meminfo",
                                         "sys",   "proc/meminf",   "proc/meminfoo"};

    ProcNumbers numbers;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        assert_null(proc_file_match(others[i], &numbers));
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

/* Without these a number could not be found among the reader's. */
static void
a_path_with_a_number_needs_what_it_counts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < proc_files_n; i++) {
        unsigned counts = proc_path_counts(proc_files[i].path);

        assert_int_equal(proc_files[i].needs & counts, counts);
        assert_int_equal(strchr(proc_files[i].path, '%') != NULL, counts != 0);
    }
}

static void
numbers_stand_in_a_path_in_their_order(void **state)
{
    static const struct {
        const char *path, *expected;
    } paths[] = {
        {"proc/stat", "proc/stat"},
        {"sys/cpu/cpu%u", "sys/cpu/cpu12"},
        {"sys/cpu/cpu%u/cache/index%u/size", "sys/cpu/cpu12/cache/index3/size"},
    };
    static const ProcNumbers numbers = {{12, 3}};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *path = proc_path(paths[i].path, &numbers);

        assert_string_equal(path, paths[i].expected);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_found_by_its_path),
        cmocka_unit_test(other_paths_are_not_found),
        cmocka_unit_test(paths_are_in_order_and_renderers_present),
        cmocka_unit_test(a_path_with_a_number_needs_what_it_counts),
        cmocka_unit_test(numbers_stand_in_a_path_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
