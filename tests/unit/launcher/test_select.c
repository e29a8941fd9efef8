/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/attach.h"
#include "launcher/attach/select.h"
#include "launcher/launch_error.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static GPtrArray *
list_of(const char *entries)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) words = g_strsplit(entries, " ", -1);

    for (char **word = words; *word; word++)
        g_ptr_array_add(list, g_strdup(*word));
    return list;
}

static void
files_may_be_called_as_people_call_them(void **state)
{
    g_auto(GStrv) files = select_parse("meminfo, /proc/stat,pressure/cpu,/sys/x", NULL);
    g_autofree char *joined = g_strjoinv(" ", files);

    (void)state;
    assert_string_equal(joined, "proc/meminfo proc/stat proc/pressure/cpu sys/x");
}

static void
an_empty_name_is_a_usage_error(void **state)
{
    static const char *const lists[] = {"", ",", "meminfo,", "meminfo,,stat"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(select_parse(lists[i], &error));
        assert_int_equal(launch_error_exit_code(error), LAUNCH_ERROR_USAGE);
    }
}

static void
of_the_list_only_those_are_left_with_the_directories_they_come_from(void **state)
{
    g_autoptr(GPtrArray) list = list_of("/bound proc/meminfo proc/stat /tree proc/vmstat sys/cpu");
    g_auto(GStrv) files = g_strsplit("proc/stat sys/cpu", " ", -1);
    g_autofree char *joined = NULL;

    (void)state;
    assert_true(select_files(list, files, NULL));
    g_ptr_array_add(list, NULL);
    joined = g_strjoinv(" ", (char **)list->pdata);
    assert_string_equal(joined, "/bound proc/stat /tree sys/cpu");
}

static void
a_file_that_is_not_there_is_an_error(void **state)
{
    g_autoptr(GPtrArray) list = list_of("/tree proc/meminfo");
    g_auto(GStrv) files = g_strsplit("proc/nonsense", " ", -1);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(select_files(list, files, &error));
    assert_string_equal(error->message, "the daemon has no file proc/nonsense");
}

static void
a_report_is_a_sentence_and_a_json_object(void **state)
{
    const AttachReport done = {(char *)"web", 7, ATTACH_INJECTED, 14, NULL, NULL};
    const AttachReport failed = {(char *)"web", 7, ATTACH_FAILED, 0, (char *)"a \"reason\"", NULL};
    const AttachReport partly = {
        (char *)"web", 7, ATTACH_INJECTED, 12, NULL, (char *)"/proc/meminfo, /proc/stat"};
    g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL);

    (void)state;
    attach_report_text(&done, text);
    assert_string_equal(text->str, "web (process 7): attached, 14 files");
    g_string_truncate(text, 0);
    attach_report_text(&failed, text);
    assert_string_equal(text->str, "web (process 7): failed: a \"reason\"");
    attach_report_json(&failed, json);
    assert_string_equal(json->str, "{\"container\": \"web\", \"pid\": 7, \"outcome\": \"failed\", "
                                   "\"files\": 0, \"reason\": \"a \\\"reason\\\"\", \"left\": []}");
    g_string_truncate(text, 0);
    attach_report_text(&partly, text);
    assert_string_equal(text->str,
                        "web (process 7): attached, 12 files; left alone, something else "
                        "is mounted there: /proc/meminfo, /proc/stat");
    g_string_truncate(json, 0);
    attach_report_json(&partly, json);
    assert_non_null(strstr(json->str, "\"left\": [\"/proc/meminfo\", \"/proc/stat\"]}"));
}

static void
what_a_container_calls_itself_steers_no_terminal(void **state)
{
    const AttachReport report = {
        (char *)"\033[2Jweb", 7, ATTACH_FAILED, 0, (char *)"cannot unmount /proc/a\rb there", NULL};
    g_autoptr(GString) text = g_string_new(NULL);

    (void)state;
    attach_report_text(&report, text);
    assert_string_equal(text->str,
                        "\\033[2Jweb (process 7): failed: cannot unmount /proc/a\\rb there");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_may_be_called_as_people_call_them),
        cmocka_unit_test(an_empty_name_is_a_usage_error),
        cmocka_unit_test(of_the_list_only_those_are_left_with_the_directories_they_come_from),
        cmocka_unit_test(a_file_that_is_not_there_is_an_error),
        cmocka_unit_test(a_report_is_a_sentence_and_a_json_object),
        cmocka_unit_test(what_a_container_calls_itself_steers_no_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
