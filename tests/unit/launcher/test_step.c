/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/launch_error.h"
#include "launcher/step.h"
#include "tests/unit/cmocka.h"

/* The context is a string that every step and undo writes its letter to. */
#define STEP_OF(letter)                                                                            \
    static bool run_##letter(void *log, GError **error G_GNUC_UNUSED)                              \
    {                                                                                              \
        g_string_append(log, #letter);                                                             \
        return true;                                                                               \
    }                                                                                              \
    static void undo_##letter(void *log)                                                           \
    {                                                                                              \
        g_string_append(log, "-" #letter);                                                         \
    }

STEP_OF(a)
STEP_OF(b)

static bool
run_and_fail(void *log, GError **error)
{
    g_string_append(log, "!");
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_NOT_FOUND, "it is not there");
    return false;
}

static void
steps_run_in_order(void **state G_GNUC_UNUSED)
{
    const Step steps[] = {{"a", run_a, undo_a}, {"b", run_b, undo_b}};
    g_autoptr(GString) log = g_string_new(NULL);

    assert_true(steps_run(steps, 2, log, NULL));
    assert_string_equal(log->str, "ab");
}

static void
a_failure_undoes_itself_and_all_before_it_backwards(void **state G_GNUC_UNUSED)
{
    const Step steps[] = {{"a", run_a, undo_a},
                          {"b", run_b, NULL},
                          {"fail", run_and_fail, undo_b},
                          {"a", run_a, undo_a}};
    g_autoptr(GString) log = g_string_new(NULL);

    assert_false(steps_run(steps, 4, log, NULL));
    assert_string_equal(log->str, "ab!-b-a");
}

static void
a_failure_says_what_could_not_be_done(void **state G_GNUC_UNUSED)
{
    const Step steps[] = {{"find the moon", run_and_fail, NULL}};
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    assert_false(steps_run(steps, 1, log, &error));
    assert_string_equal(error->message, "cannot find the moon: it is not there");
    assert_int_equal(launch_error_exit_code(error), 127);
}

static void
undo_goes_backwards(void **state G_GNUC_UNUSED)
{
    const Step steps[] = {{"a", run_a, undo_a}, {"b", run_b, undo_b}};
    g_autoptr(GString) log = g_string_new(NULL);

    steps_undo(steps, 2, log);
    assert_string_equal(log->str, "-b-a");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_run_in_order),
        cmocka_unit_test(a_failure_undoes_itself_and_all_before_it_backwards),
        cmocka_unit_test(a_failure_says_what_could_not_be_done),
        cmocka_unit_test(undo_goes_backwards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
