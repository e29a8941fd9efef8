/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/exporter/answer.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static void
there_are_two_pages(void **state)
{
    (void)state;
    assert_int_equal(answer_kind("GET", "/metrics"), ANSWER_METRICS);
    assert_int_equal(answer_kind("HEAD", "/metrics"), ANSWER_METRICS);
    assert_int_equal(answer_kind("GET", "/healthz"), ANSWER_HEALTH);
    assert_int_equal(answer_kind("GET", "/"), ANSWER_NOT_FOUND);
    assert_int_equal(answer_kind("GET", "/metrics/../etc/passwd"), ANSWER_NOT_FOUND);
    assert_int_equal(answer_kind("GET", ""), ANSWER_NOT_FOUND);
}

static void
nobody_changes_anything(void **state)
{
    (void)state;
    assert_int_equal(answer_kind("POST", "/metrics"), ANSWER_METHOD);
    assert_int_equal(answer_kind("get", "/healthz"), ANSWER_METHOD);
    assert_int_equal(answer_kind("DELETE", "/x"), ANSWER_NOT_FOUND);
}

static void
each_route_has_a_line_of_each_outcome(void **state)
{
    g_autoptr(GString) text = g_string_new("before\n");
    Tally tally = {0};

    (void)state;
    tally.counts[TALLY_NRI][TALLY_INJECTED] = G_MAXUINT64;
    tally.counts[TALLY_ATTACH][TALLY_REPAIRED] = 2;
    answer_append_tally(text, &tally);
    assert_true(g_str_has_prefix(text->str, "before\n# HELP ownproc_injected_total Containers "
                                            "that were given their files.\n# TYPE "
                                            "ownproc_injected_total counter\n"
                                            "ownproc_injected_total{route=\"attach\"} 0\n"));
    assert_non_null(strstr(text->str, "\nownproc_injected_total{route=\"nri\"} "
                                      "18446744073709551615\n"));
    assert_non_null(strstr(text->str, "\nownproc_repaired_total{route=\"attach\"} 2\n"));
    assert_non_null(strstr(text->str, "\nownproc_detached_total{route=\"runtime\"} 0\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_two_pages),
        cmocka_unit_test(nobody_changes_anything),
        cmocka_unit_test(each_route_has_a_line_of_each_outcome),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
