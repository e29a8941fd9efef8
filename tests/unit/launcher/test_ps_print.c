/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/control_text.h"
#include "launcher/json.h"
#include "launcher/ps_print.h"
#include "launcher/view_file.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static const char body[] =
    "id=web\nname=web\ncgroup=/ownproc/web\ncpus=2\nmemory_limit=268435456\nmemory_used=1572864\n"
    "swap_limit=max\nswap_used=0\nreads=18446744073709551615\nsnapshots=7\nregistered=yes\n"
    "state=live\npid=4711\n\n"
    "id=9\nname=\ncgroup=/a%20\"b\"%0a\nmemory_limit=max\nmemory_used=999\nregistered=no\n"
    "reads=3\n";

static void
prints(void (*print)(const GPtrArray *records, GString *out), const char *text, const char *wanted)
{
    g_autoptr(GPtrArray) records = control_records(text, strlen(text), NULL);
    g_autoptr(GString) out = g_string_new(NULL);

    print(records, out);
    assert_string_equal(out->str, wanted);
}

static void
the_table_has_a_line_for_each_container(void **state)
{
    (void)state;
    prints(ps_print_table, body,
           "ID    PID  CPUS  MEMORY  LIMIT  SWAP  LIMIT                 READS  CGROUP\n"
           "web  4711     2   1.5Mi  256Mi    0B      -  18446744073709551615  /ownproc/web\n"
           "9       -     -    999B      -     -      -                     3  /a \"b\"\\n\n");
}

static void
the_table_of_nothing_is_its_headings(void **state)
{
    (void)state;
    prints(ps_print_table, "", "ID  PID  CPUS  MEMORY  LIMIT  SWAP  LIMIT  READS  CGROUP\n");
}

static void
json_has_exact_numbers_and_null_for_what_is_unknown_or_unlimited(void **state)
{
    (void)state;
    prints(ps_print_json, body,
           "[\n {\"id\": \"web\", \"name\": \"web\", \"pid\": 4711, \"state\": \"live\", "
           "\"registered\": true, \"cpus\": 2, \"memory_used\": 1572864, "
           "\"memory_limit\": 268435456, \"swap_used\": 0, \"swap_limit\": null, "
           "\"reads\": 18446744073709551615, \"snapshots\": 7, \"cgroup\": \"/ownproc/web\"},\n"
           " {\"id\": \"9\", \"name\": \"\", \"pid\": null, \"state\": null, "
           "\"registered\": false, \"cpus\": null, \"memory_used\": 999, "
           "\"memory_limit\": null, \"swap_used\": null, \"swap_limit\": null, "
           "\"reads\": 3, \"snapshots\": null, \"cgroup\": \"/a \\\"b\\\"\\u000a\"}\n]\n");
}

static void
json_of_nothing_is_an_empty_list(void **state)
{
    (void)state;
    prints(ps_print_json, "", "[]\n");
}

static void
string_is(const char *text, const char *wanted)
{
    g_autoptr(GString) out = g_string_new(NULL);

    json_append_string(out, text);
    assert_string_equal(out->str, wanted);
}

static void
json_strings_are_escaped(void **state)
{
    (void)state;
    string_is("", "\"\"");
    string_is("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    string_is("\001\n\x1f\x7f", "\"\\u0001\\u000a\\u001f\\u007f\"");
    string_is("\303\274", "\"\303\274\"");
}

static void
json_strings_are_utf8_whatever_a_cgroup_is_called(void **state)
{
    (void)state;
    string_is("a\377b", "\"a\357\277\275b\"");
}

static void
size_is(const char *bytes, const char *wanted)
{
    g_autofree char *text = g_strdup_printf("id=x\nmemory_used=%s\n", bytes);
    g_autoptr(GPtrArray) records = control_records(text, strlen(text), NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    g_auto(GStrv) words = NULL;

    ps_print_table(records, out);
    g_strdelimit(strchr(out->str, '\n'), "\n", ' ');
    words = g_regex_split_simple(" +", strchr(out->str, 'x'), 0, 0);
    assert_string_equal(words[3], wanted);
}

static void
sizes_are_short(void **state)
{
    (void)state;
    size_is("0", "0B");
    size_is("1023", "1023B");
    size_is("1024", "1Ki");
    size_is("1536", "1.5Ki");
    size_is("10747904", "10Mi");
    size_is("1073741823", "1023Mi");
    size_is("18446744073709551615", "15Ei");
    size_is("max", "-");
}

static void
name_is(const char *text, const char *wanted)
{
    g_autofree char *name = view_file_name(text);

    assert_string_equal(name, wanted);
}

static void
a_file_is_found_by_its_short_and_its_long_name(void **state)
{
    (void)state;
    name_is("meminfo", "proc/meminfo");
    name_is("proc/meminfo", "proc/meminfo");
    name_is("/proc/meminfo", "proc/meminfo");
    name_is("pressure/cpu", "proc/pressure/cpu");
    name_is("/sys/devices/system/cpu/online", "sys/devices/system/cpu/online");
    name_is("sys/devices/system/cpu/online", "sys/devices/system/cpu/online");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_a_line_for_each_container),
        cmocka_unit_test(the_table_of_nothing_is_its_headings),
        cmocka_unit_test(json_has_exact_numbers_and_null_for_what_is_unknown_or_unlimited),
        cmocka_unit_test(json_of_nothing_is_an_empty_list),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(json_strings_are_utf8_whatever_a_cgroup_is_called),
        cmocka_unit_test(sizes_are_short),
        cmocka_unit_test(a_file_is_found_by_its_short_and_its_long_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
