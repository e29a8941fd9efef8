/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/tally.h"

#include "common/error.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"

#include <sys/wait.h>
#include <unistd.h>

static uint64_t
count(const char *folder, TallyRoute route, TallyOutcome outcome)
{
    Tally tally;

    assert_true(tally_read(folder, &tally, NULL));
    return tally.counts[route][outcome];
}

static void
nothing_was_counted_where_there_is_no_file(void **state)
{
    assert_int_equal(count(*state, TALLY_ATTACH, TALLY_INJECTED), 0);
}

static void
each_route_and_outcome_has_its_own_count(void **state)
{
    for (unsigned i = 0; i < 12; i++)
        tally_add(*state, TALLY_NRI, TALLY_INJECTED, 1);
    tally_add(*state, TALLY_NRI, TALLY_SKIPPED, 3);
    tally_add(*state, TALLY_HOOK, TALLY_FAILED, 1);
    assert_int_equal(count(*state, TALLY_NRI, TALLY_INJECTED), 12);
    assert_int_equal(count(*state, TALLY_NRI, TALLY_SKIPPED), 3);
    assert_int_equal(count(*state, TALLY_HOOK, TALLY_FAILED), 1);
    assert_int_equal(count(*state, TALLY_HOOK, TALLY_INJECTED), 0);
}

static void
none_is_lost_when_many_count_at_once(void **state)
{
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            for (int j = 0; j < 50; j++)
                tally_add(*state, TALLY_RUNTIME, TALLY_INJECTED, 1);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    assert_int_equal(count(*state, TALLY_RUNTIME, TALLY_INJECTED), 200);
}

static void
what_is_no_number_is_told_and_begun_anew(void **state)
{
    g_autoptr(GError) error = NULL;
    Tally tally;

    folder_write(*state, "tally", "attach injected many and a long tail of words\n");
    assert_false(tally_read(*state, &tally, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
    tally_add(*state, TALLY_ATTACH, TALLY_INJECTED, 1);
    assert_int_equal(count(*state, TALLY_ATTACH, TALLY_INJECTED), 1);
}

static void
what_another_version_counts_is_left_out(void **state)
{
    folder_write(*state, "tally", "oracle injected 7\nattach injected 2\nattach blessed 9\n");
    assert_int_equal(count(*state, TALLY_ATTACH, TALLY_INJECTED), 2);
}

static void
a_directory_that_is_not_there_is_nobodys_failure(void **state)
{
    g_autofree char *missing = folder_inside(*state, "missing/there");

    tally_add(missing, TALLY_ATTACH, TALLY_INJECTED, 1);
    assert_int_equal(count(*state, TALLY_ATTACH, TALLY_INJECTED), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_was_counted_where_there_is_no_file, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(each_route_and_outcome_has_its_own_count, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(none_is_lost_when_many_count_at_once, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(what_is_no_number_is_told_and_begun_anew, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(what_another_version_counts_is_left_out, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(a_directory_that_is_not_there_is_nobodys_failure,
                                        folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
