/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/doctor/findings.h"
#include "launcher/doctor/runtime_version.h"
#include "tests/unit/cmocka.h"

#include <string.h>

#define ALL "cpuinfo diskstats loadavg meminfo slabinfo stat swaps uptime"

static void
takes(const char *text, const char *files)
{
    g_auto(RuntimeVersion) version = {0};
    g_autofree char *list = NULL;

    if (!runtime_version_parse(text, &version))
        fail_msg("'%s' is no version", text);
    list = version.files ? g_strjoinv(" ", version.files) : g_strdup("everything");
    if (strcmp(list, files) != 0)
        fail_msg("'%s' takes %s", text, list);
}

static void
each_runc_takes_the_files_of_its_version(void **state)
{
    (void)state;
    takes("runc version 1.1.5+ds1\ncommit: 1.1.5", ALL);
    takes("runc version 1.5.1\n", ALL);
    takes("runc version 1.0.0~rc93+ds1", ALL);
    takes("runc version 1.0.0-rc92", "cpuinfo diskstats loadavg meminfo stat swaps uptime");
    takes("runc version 1.0.0-rc.1", "cpuinfo diskstats meminfo stat");
    takes("runc version 0.0.8", "cpuinfo diskstats meminfo");
    takes("runc version nonsense", "");
    takes("crun version 1.28\ncommit: x", "everything");
}

static void
what_is_no_version_of_a_runtime_is_none(void **state)
{
    RuntimeVersion version;
    (void)state;

    assert_false(runtime_version_parse("", &version));
    assert_false(runtime_version_parse("runc version", &version));
    assert_false(runtime_version_parse("youki version 0.3", &version));
    assert_false(runtime_version_parse("runc\nversion 1", &version));
}

static void
codes(FindingState one, FindingState other, int code)
{
    g_autoptr(GPtrArray) findings = findings_new();

    findings_add(findings, &(Finding){"a", one, NULL, NULL}, "x");
    findings_add(findings, &(Finding){"b", other, NULL, NULL}, "y");
    assert_int_equal(findings_exit_code(findings), code);
}

static void
the_exit_code_tells_whether_there_is_something_to_do(void **state)
{
    (void)state;
    codes(FINDING_GOOD, FINDING_NOTE, 0);
    codes(FINDING_BAD, FINDING_GOOD, 1);
    codes(FINDING_GOOD, FINDING_UNKNOWN, 125);
    codes(FINDING_UNKNOWN, FINDING_BAD, 1);
}

static void
findings_are_printed_for_people_and_for_programs(void **state)
{
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL);
    (void)state;

    findings_add(findings, &(Finding){"kernel", FINDING_GOOD, NULL, NULL}, "It is %d.", 6);
    findings_add(findings, &(Finding){"daemon", FINDING_BAD, NULL, "Start it."},
                 "\033[2J\"gone\".");
    findings_text(findings, text);
    findings_json(findings, json);
    assert_string_equal(text->str, "ok  kernel      It is 6.\n"
                                   "!!  daemon      ?[2J\"gone\".\n"
                                   "                -> Start it.\n");
    assert_string_equal(
        json->str,
        "[\n {\"check\": \"kernel\", \"state\": \"good\", \"result\": \"It is 6.\", \"advice\": "
        "null},"
        "\n {\"check\": \"daemon\", \"state\": \"bad\", \"result\": \"\\u001b[2J\\\"gone\\\".\", "
        "\"advice\": \"Start it.\"}]\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_runc_takes_the_files_of_its_version),
        cmocka_unit_test(what_is_no_version_of_a_runtime_is_none),
        cmocka_unit_test(the_exit_code_tells_whether_there_is_something_to_do),
        cmocka_unit_test(findings_are_printed_for_people_and_for_programs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
