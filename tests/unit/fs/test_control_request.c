/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is asked over the control socket, word by word. */

#include "common/control_value.h"
#include "fs/control/request.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <string.h>

static bool
parse(const char *text, ControlRequest *ret)
{
    return control_request_parse(text, strlen(text), ret, NULL);
}

static void
refuses(const char *text)
{
    g_auto(ControlRequest) request = {0};
    g_autoptr(GError) error = NULL;

    if (control_request_parse(text, strlen(text), &request, &error))
        fail_msg("it takes '%s'", text);
    assert_true(g_error_matches(error, CONTROL_REFUSAL, EINVAL));
}

static void
takes(const char *text)
{
    g_auto(ControlRequest) request = {0};

    if (!parse(text, &request))
        fail_msg("it refuses '%s'", text);
}

static void
a_request_ends_with_an_empty_line(void **state)
{
    (void)state;
    assert_true(control_request_is_whole("list\n\n", 6));
    assert_false(control_request_is_whole("list\n", 5));
    assert_false(control_request_is_whole("", 0));
    assert_true(control_request_is_whole("\n", 1)); /* an empty one, which is refused */
    refuses("\n");
    refuses("");
}

static void
a_process_is_registered_by_its_pid(void **state)
{
    g_auto(ControlRequest) request = {0};

    (void)state;
    assert_true(parse("register\nid=web\npid=42\n\n", &request));
    assert_int_equal(request.verb, CONTROL_REGISTER);
    assert_string_equal(request.id, "web");
    assert_int_equal(request.pid, 42);
    assert_false(request.has_offset);
}

static void
a_cgroup_may_be_one_for_all_hierarchies(void **state)
{
    g_auto(ControlRequest) request = {0};

    (void)state;
    assert_true(parse("register\ncgroup=/kubepods/pod%201\nid=a\n\n", &request));
    assert_string_equal(request.cgroup, "/kubepods/pod 1");
}

static void
a_cgroup_may_differ_from_hierarchy_to_hierarchy(void **state)
{
    g_auto(ControlRequest) request = {0};

    (void)state;
    assert_true(parse("register\nid=a\ncgroup.memory=/m\ncgroup.blkio=/b\ncgroup.unified=/u\n\n",
                      &request));
    assert_string_equal(request.cgroups.v1[CGROUP_MEMORY], "/m");
    assert_string_equal(request.cgroups.v1[CGROUP_IO], "/b");
    assert_string_equal(request.cgroups.unified, "/u");
    assert_null(request.cgroup);
}

static void
an_offset_is_signed(void **state)
{
    g_auto(ControlRequest) ahead = {0}, behind = {0};

    (void)state;
    assert_true(parse("register\nid=a\npid=1\nboottime_offset=5\n\n", &ahead));
    assert_true(parse("register\nid=a\npid=1\nboottime_offset=-5\n\n", &behind));
    assert_true(ahead.has_offset && ahead.boottime_offset == 5);
    assert_true(behind.has_offset && behind.boottime_offset == -5);
    takes("register\nid=a\npid=1\nboottime_offset=-9223372036854775807\n\n");
    refuses("register\nid=a\npid=1\nboottime_offset=9223372036854775808\n\n");
    refuses("register\nid=a\npid=1\nboottime_offset=--5\n\n");
    refuses("register\nid=a\npid=1\nboottime_offset=\n\n");
}

static void
each_verb_has_its_keys_and_no_others(void **state)
{
    (void)state;
    takes("list\n\n");
    refuses("list\nid=a\n\n");
    takes("unregister\nid=a\n\n");
    refuses("unregister\n\n");
    refuses("unregister\nid=a\npid=1\n\n");
    takes("view\npid=1\nfile=proc/stat\n\n");
    refuses("view\nfile=proc/stat\n\n");
    refuses("view\nid=a\npid=1\nfile=proc/stat\n\n");
    refuses("view\nid=a\n\n");
    refuses("register\nid=a\n\n");
    refuses("register\npid=1\n\n");
    refuses("register\nid=a\npid=1\ncgroup=/a\n\n");
    refuses("register\nid=a\npid=1\ncgroup.memory=/a\n\n");
    refuses("register\nid=a\ncgroup=/a\ncgroup.memory=/a\n\n");
}

static void
what_is_not_known_is_refused(void **state)
{
    (void)state;
    refuses("LIST\n\n");
    refuses("list \n\n");
    refuses("listen\n\n");
    refuses("unregister\nname=a\n\n");
    refuses("unregister\nid\n\n");
    refuses("register\nid=a\ncgroup.disk=/a\n\n");
    refuses("register\nid=a\ncgroup.=/a\n\n");
    refuses("list\n\nlist\n\n");
}

static void
nothing_is_said_twice(void **state)
{
    (void)state;
    refuses("unregister\nid=a\nid=a\n\n");
    refuses("register\nid=a\ncgroup.memory=/a\ncgroup.memory=/a\n\n");
}

static void
a_pid_is_a_number_of_a_process(void **state)
{
    (void)state;
    takes("view\npid=2147483647\nfile=a\n\n");
    refuses("view\npid=2147483648\nfile=a\n\n");
    refuses("view\npid=0\nfile=a\n\n");
    refuses("view\npid=-1\nfile=a\n\n");
    refuses("view\npid=1x\nfile=a\n\n");
}

static void
a_path_of_a_cgroup_is_plain(void **state)
{
    static const char *const bad[] = {"",    "a",     "a/b",   "/a/", "//a", "/a//b",
                                      "/..", "/a/..", "/../a", "/.",  "/./a"};

    (void)state;
    takes("register\nid=a\ncgroup=/\n\n"); /* whether that is a container is asked elsewhere */
    takes("register\nid=a\ncgroup=/a/..b/...\n\n");
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *text = g_strdup_printf("register\nid=a\ncgroup=%s\n\n", bad[i]);

        refuses(text);
    }
}

static void
bytes_that_could_be_taken_for_something_else_are_written_in_hexadecimal(void **state)
{
    g_auto(ControlRequest) request = {0};

    (void)state;
    assert_true(parse("unregister\nid=%25%0a%7F%c3%a4=\n\n", &request));
    assert_string_equal(request.id, "%\n\177\303\244=");
    refuses("unregister\nid=a b\n\n");
    refuses("unregister\nid=a\tb\n\n");
    refuses("unregister\nid=a\177\n\n");
    refuses("unregister\nid=a%\n\n");
    refuses("unregister\nid=a%2\n\n");
    refuses("unregister\nid=a%2g\n\n");
    refuses("unregister\nid=a%00\n\n");
    refuses("unregister\nid=\n\n");
}

static void
what_is_written_is_read_again(void **state)
{
    g_autoptr(GString) text = g_string_new("unregister\nid=");
    g_auto(ControlRequest) request = {0};
    char every[256];

    (void)state;
    for (unsigned i = 0; i < 255; i++)
        every[i] = (char)(i + 1);
    every[255] = '\0';
    control_value_append(text, every);
    g_string_append(text, "\n\n");
    assert_true(parse(text->str, &request));
    assert_string_equal(request.id, every);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_ends_with_an_empty_line),
        cmocka_unit_test(a_process_is_registered_by_its_pid),
        cmocka_unit_test(a_cgroup_may_be_one_for_all_hierarchies),
        cmocka_unit_test(a_cgroup_may_differ_from_hierarchy_to_hierarchy),
        cmocka_unit_test(an_offset_is_signed),
        cmocka_unit_test(each_verb_has_its_keys_and_no_others),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(nothing_is_said_twice),
        cmocka_unit_test(a_pid_is_a_number_of_a_process),
        cmocka_unit_test(a_path_of_a_cgroup_is_plain),
        cmocka_unit_test(bytes_that_could_be_taken_for_something_else_are_written_in_hexadecimal),
        cmocka_unit_test(what_is_written_is_read_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
