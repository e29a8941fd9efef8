/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/control_text.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static void
body_is(const char *answer, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    size_t len;
    const char *body = control_body(answer, strlen(answer), &len, &error);

    if (!body)
        fail_msg("'%s': %s", answer, error->message);
    assert_int_equal(len, strlen(wanted));
    assert_memory_equal(body, wanted, len);
}

static void
fails_with(const char *answer, ControlError code, const char *sentence)
{
    g_autoptr(GError) error = NULL;
    size_t len;

    assert_null(control_body(answer, strlen(answer), &len, &error));
    assert_true(g_error_matches(error, CONTROL_ERROR, (int)code));
    assert_string_equal(error->message, sentence);
}

static const char *
value(const GPtrArray *records, guint record, const char *key)
{
    return g_hash_table_lookup(records->pdata[record], key);
}

static void
no_records(const char *body)
{
    g_autoptr(GError) error = NULL;

    assert_null(control_records(body, strlen(body), &error));
    assert_true(g_error_matches(error, CONTROL_ERROR, CONTROL_ERROR_PROTOCOL));
}

static void
a_request_is_a_word_and_keys_and_an_empty_line(void **state)
{
    GString *request = control_request("register");

    (void)state;
    control_add(request, "id", "web");
    control_add(request, "cgroup", "/ownproc/web");
    control_end(request);
    assert_string_equal(request->str, "register\nid=web\ncgroup=/ownproc/web\n\n");
    g_string_free(request, TRUE);
}

static void
no_value_can_end_a_line(void **state)
{
    GString *request = control_request("view");

    (void)state;
    control_add(request, "file", "a b\n\t\x7f%41=\303\274\001");
    control_end(request);
    assert_string_equal(request->str, "view\nfile=a%20b%0A%09%7F%2541=\303\274%01\n\n");
    g_string_free(request, TRUE);
}

static void
after_ok_comes_the_body(void **state)
{
    (void)state;
    body_is("ok\n", "");
    body_is("ok\npath=/run/ownproc/containers/web\n", "path=/run/ownproc/containers/web\n");
    body_is("ok\n\n\nMemTotal:\n", "\n\nMemTotal:\n");
}

static void
an_error_is_its_sentence(void **state)
{
    (void)state;
    fails_with("error EEXIST another container is called web\n", CONTROL_ERROR_REFUSED,
               "another container is called web");
    fails_with("error ENOSPC\n", CONTROL_ERROR_REFUSED, "ENOSPC");
}

static void
who_may_not_ask_is_told_apart(void **state)
{
    (void)state;
    fails_with("error EPERM only root of the host may ask\n", CONTROL_ERROR_FORBIDDEN,
               "only root of the host may ask");
}

static void
what_does_not_exist_is_told_apart(void **state)
{
    (void)state;
    fails_with("error ENOENT there is no container web\n", CONTROL_ERROR_NO_SUCH,
               "there is no container web");
    fails_with("error ESRCH there is no process 7\n", CONTROL_ERROR_NO_SUCH,
               "there is no process 7");
    fails_with("error ESTALE its cgroup is gone\n", CONTROL_ERROR_NO_SUCH, "its cgroup is gone");
}

static void
what_is_no_answer_is_quoted(void **state)
{
    (void)state;
    fails_with("", CONTROL_ERROR_PROTOCOL, "not an answer of the daemon: ''");
    fails_with("ok", CONTROL_ERROR_PROTOCOL, "not an answer of the daemon: 'ok'");
    fails_with("okay\n", CONTROL_ERROR_PROTOCOL, "not an answer of the daemon: 'okay'");
    fails_with("error\n", CONTROL_ERROR_PROTOCOL, "not an answer of the daemon: 'error'");
    fails_with("HTTP/1.0 200\r\n\r\n", CONTROL_ERROR_PROTOCOL,
               "not an answer of the daemon: 'HTTP/1.0 200\\r'");
}

static void
a_sentence_cannot_steer_a_terminal(void **state)
{
    (void)state;
    fails_with("error EINVAL \033[2J'x'\n", CONTROL_ERROR_REFUSED, "\\033[2J'x'");
}

static void
records_are_separated_by_empty_lines(void **state)
{
    static const char body[] = "id=a\nreads=1\n\nid=b\nreads=2\n";
    g_autoptr(GPtrArray) records = control_records(body, strlen(body), NULL);

    (void)state;
    assert_int_equal(records->len, 2);
    assert_string_equal(value(records, 0, "id"), "a");
    assert_string_equal(value(records, 1, "id"), "b");
    assert_string_equal(value(records, 1, "reads"), "2");
    assert_null(value(records, 1, "cpus"));
}

static void
no_record_is_an_empty_list(void **state)
{
    g_autoptr(GPtrArray) none = control_records("", 0, NULL);
    g_autoptr(GPtrArray) blank = control_records("\n\n", 2, NULL);

    (void)state;
    assert_int_equal(none->len, 0);
    assert_int_equal(blank->len, 0);
}

static void
values_are_decoded(void **state)
{
    static const char body[] = "cgroup=/a%20b%0a%25%3D=c\nname=\n";
    g_autoptr(GPtrArray) records = control_records(body, strlen(body), NULL);

    (void)state;
    assert_string_equal(value(records, 0, "cgroup"), "/a b\n%==c");
    assert_string_equal(value(records, 0, "name"), "");
}

static void
a_line_that_is_no_pair_is_refused(void **state)
{
    (void)state;
    no_records("id\n");
    no_records("=a\n");
    no_records("id=%\n");
    no_records("id=%4\n");
    no_records("id=%4g\n");
    no_records("id=a%00b\n");
}

/* What was asked is what is understood, whatever bytes it has. */
static void
every_byte_survives_the_way(void **state)
{
    char all[256];
    GString *request = control_request("x");
    g_autoptr(GPtrArray) records = NULL;
    size_t skip = strlen("x\n");

    (void)state;
    for (int i = 0; i < 255; i++)
        all[i] = (char)(i + 1);
    all[255] = '\0';
    control_add(request, "key", all);
    records = control_records(request->str + skip, request->len - skip, NULL);
    assert_string_equal(value(records, 0, "key"), all);
    g_string_free(request, TRUE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_a_word_and_keys_and_an_empty_line),
        cmocka_unit_test(no_value_can_end_a_line),
        cmocka_unit_test(after_ok_comes_the_body),
        cmocka_unit_test(an_error_is_its_sentence),
        cmocka_unit_test(who_may_not_ask_is_told_apart),
        cmocka_unit_test(what_does_not_exist_is_told_apart),
        cmocka_unit_test(what_is_no_answer_is_quoted),
        cmocka_unit_test(a_sentence_cannot_steer_a_terminal),
        cmocka_unit_test(records_are_separated_by_empty_lines),
        cmocka_unit_test(no_record_is_an_empty_list),
        cmocka_unit_test(values_are_decoded),
        cmocka_unit_test(a_line_that_is_no_pair_is_refused),
        cmocka_unit_test(every_byte_survives_the_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
