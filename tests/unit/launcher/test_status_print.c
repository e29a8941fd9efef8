/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/status_print.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static Status
one_worker(void)
{
    Status status = {
        .keeper = {.pid = 7,
                   .n_workers = 1,
                   .n_connections = 1,
                   .age_nsec = UINT64_C(90061500000000),
                   .restarts = 3,
                   .longest_pause_nsec = 4500000,
                   .program = "ownprocd 1",
                   .workers = {{.pid = 8, .state = "serving", .program = "ownprocd 2"}},
                   .connections = {{.name = "tree", .target = "/a \"b\"", .is_connected = 1}}},
        .n_containers = 5};

    return status;
}

static void
assert_has(const GString *out, const char *piece)
{
    if (!strstr(out->str, piece))
        fail_msg("'%s' is not in\n%s", piece, out->str);
}

static void
people_are_told_who_keeps_and_who_serves(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const Status status = one_worker();

    (void)state;
    status_print_text(&status, out);
    assert_has(out, "keeper             7  1 d 01:01:01  ownprocd 1\n");
    assert_has(out, "serving            8  0 d 00:00:00  ownprocd 2\n");
    assert_has(out, "containers   5 registered\n");
    assert_has(out, "restarts     3 (0 killed), longest pause 4.5 ms\n");
}

static void
programs_are_told_the_same(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const Status status = one_worker();

    (void)state;
    status_print_json(&status, out);
    assert_has(out, "{\"keeper\": {\"pid\": 7, \"age_seconds\": 90061.500, \"version\": ");
    assert_has(out, "{\"pid\": 8, \"age_seconds\": 0.000, \"version\": \"ownprocd 2\", \"state\": "
                    "\"serving\"}]");
    assert_has(out, "{\"name\": \"tree\", \"mountpoint\": \"/a \\\"b\\\"\", \"connected\": true}]");
    assert_has(out, "\"containers\": 5,\n \"restarts\": 3,");
    assert_has(out, "\"longest_pause_seconds\": 0.004500}");
}

static void
what_nobody_says_is_null(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Status status = one_worker();

    (void)state;
    status.n_containers = -1;
    status_print_json(&status, out);
    assert_has(out, "\"containers\": null,\n");
}

static void
numbers_and_texts_of_a_hostile_keeper_end_somewhere(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL);
    Status status;

    (void)state;
    memset(&status, 0xff, sizeof status);
    status_print_text(&status, text);
    status_print_json(&status, json);
    assert_null(strpbrk(text->str, "\xff\x1b"));
    assert_true(g_utf8_validate(json->str, (gssize)json->len, NULL));
}

static void
one_line_tells_which_way_containers_got_their_files(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL), json = g_string_new(NULL);
    Status status = one_worker();

    (void)state;
    status.tally.counts[TALLY_HOOK][TALLY_INJECTED] = 12;
    status.tally.counts[TALLY_HOOK][TALLY_FAILED] = 1;
    status.tally.counts[TALLY_RUNTIME][TALLY_INJECTED] = 3;
    status_print_text(&status, out);
    status_print_json(&status, json);
    assert_has(out, "\ngiven        hook 12 (1 failed), runtime 3\n");
    assert_has(json, "\"hook\": {\"injected\": 12, \"repaired\": 0, \"skipped\": 0, \"failed\": 1");
}

static void
nobody_who_got_files_is_no_line(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const Status status = one_worker();

    (void)state;
    status_print_text(&status, out);
    assert_null(strstr(out->str, "given  "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_tells_which_way_containers_got_their_files),
        cmocka_unit_test(nobody_who_got_files_is_no_line),
        cmocka_unit_test(people_are_told_who_keeps_and_who_serves),
        cmocka_unit_test(programs_are_told_the_same),
        cmocka_unit_test(what_nobody_says_is_null),
        cmocka_unit_test(numbers_and_texts_of_a_hostile_keeper_end_somewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
