/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/invocation.h"
#include "tests/unit/cmocka.h"

#include <glib.h>
#include <string.h>

/* @line in words. */
static void
means(const char *line, const char *verb, const char *bundle)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    Invocation invocation;

    invocation_parse(argv, &invocation);
    if (g_strcmp0(invocation.verb, verb) != 0 || strcmp(invocation.bundle, bundle) != 0)
        fail_msg("'%s': verb %s of bundle %s", line, invocation.verb, invocation.bundle);
}

static void
the_verb_and_the_bundle_are_found(void **state)
{
    (void)state;
    means("runc --root /run/moby --log /b/log.json --log-format json create --bundle /b "
          "--pid-file /b/init.pid web",
          "create", "/b");
    means("runc --systemd-cgroup --log=/l create --console-socket /s -b /b web", "create", "/b");
    means("runc -root /r create -bundle=/b --no-pivot web", "create", "/b");
    means("crun --cgroup-manager cgroupfs --debug run --bundle=/b -d web", "run", "/b");
    means("runc create web", "create", ".");
    means("runc create web --bundle /b", "create", ".");
}

static void
what_is_no_verb_is_none(void **state)
{
    (void)state;
    means("runc", NULL, ".");
    means("runc --version", NULL, ".");
    means("runc --root", NULL, ".");
    means("runc --root create", NULL, ".");
    means("runc -- create --bundle", "create", ".");
}

static void
only_create_and_run_make_a_container(void **state)
{
    (void)state;
    assert_true(invocation_makes(&(Invocation){.verb = "create"}));
    assert_true(invocation_makes(&(Invocation){.verb = "run"}));
    assert_false(invocation_makes(&(Invocation){.verb = "restore"}));
    assert_false(invocation_makes(&(Invocation){.verb = "exec"}));
    assert_false(invocation_makes(&(Invocation){.verb = NULL}));
}

static void
the_log_and_another_configuration_are_seen(void **state)
{
    char *argv[] = {(char *)"crun",
                    (char *)"--log-format=json",
                    (char *)"--log",
                    (char *)"/l",
                    (char *)"create",
                    (char *)"-f",
                    (char *)"c.json",
                    (char *)"web",
                    NULL};
    Invocation invocation;
    (void)state;

    invocation_parse(argv, &invocation);
    assert_string_equal(invocation.log, "/l");
    assert_true(invocation.log_is_json);
    assert_true(invocation.other_config);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verb_and_the_bundle_are_found),
        cmocka_unit_test(what_is_no_verb_is_none),
        cmocka_unit_test(only_create_and_run_make_a_container),
        cmocka_unit_test(the_log_and_another_configuration_are_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
