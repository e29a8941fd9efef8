/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/runtime/settings.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"

#include <string.h>

static bool
read_text(const char *text, const char *argv0, Settings *ret, char **ret_message)
{
    g_autofree char *folder = folder_new(), *path = folder_inside(folder, "conf");
    g_autoptr(GError) error = NULL;
    bool good;

    folder_write(folder, "conf", text);
    good = settings_read(path, argv0, ret, &error);
    assert_true(good == (error == NULL));
    if (ret_message)
        *ret_message = error ? g_strdup(error->message) : NULL;
    folder_remove(folder);
    return good;
}

static void
complains(const char *text, const char *sentence)
{
    g_auto(Settings) settings = {0};
    g_autofree char *message = NULL;

    assert_false(read_text(text, "ownproc-runc", &settings, &message));
    if (!strstr(message, sentence))
        fail_msg("'%s': %s", text, message);
    assert_string_equal(settings.tree, "/var/lib/ownproc");
}

static void
is_runtime(const char *argv0, const char *text, const char *runtime)
{
    g_auto(Settings) settings = {0};

    assert_true(read_text(text, argv0, &settings, NULL));
    assert_string_equal(settings.runtime, runtime);
}

static void
everything_can_be_set(void **state)
{
    g_auto(Settings) settings = {0};
    (void)state;

    assert_true(read_text("[ownproc-runc]\nmountpoint=/t\nrun-dir=/r\nownproc=/o\nhook=false\n"
                          "time-namespace=true\nnot-serving=fail\nhost-pids=inject\n"
                          "unmasked=inject\nfiles=proc/*;sys/devices/system/cpu\n",
                          "ownproc-runc", &settings, NULL));
    assert_string_equal(settings.tree, "/t");
    assert_string_equal(settings.run_dir, "/r");
    assert_string_equal(settings.program, "/o");
    assert_false(settings.hook);
    assert_true(settings.time_namespace && settings.required);
    assert_true(settings.rules.host_pids && settings.rules.unmasked);
    assert_true(settings_want(&settings, "proc/meminfo"));
    assert_true(settings_want(&settings, "sys/devices/system/cpu"));
    assert_false(settings_want(&settings, "sys/devices/system/node"));
}

static void
a_name_says_which_runtime(void **state)
{
    (void)state;
    is_runtime("/usr/bin/ownproc-runc", "[ownproc-runc]\n", "runc");
    is_runtime("/usr/bin/ownproc-runc", "[ownproc-runc]\nruntime=/opt/runc\n", "/opt/runc");
    is_runtime("/usr/bin/ownproc-crun", "[ownproc-runc]\nruntime=/opt/runc\n", "crun");
    is_runtime("runc", "[ownproc-runc]\n", "runc");
    is_runtime("ownproc-", "[ownproc-runc]\n", "runc");
    is_runtime(NULL, "[ownproc-runc]\n", "runc");
}

static void
what_is_not_understood_is_said_and_the_rest_holds(void **state)
{
    (void)state;
    complains("[ownproc-runc]\nnot-serving=maybe\n", "either 'start' or 'fail', not 'maybe'");
    complains("[ownproc-runc]\ncolour=red\n", "no key 'colour'");
    complains("[other]\n", "ownproc-runc");
    complains("hello\n", "conf");
}

static void
a_file_that_is_named_must_be_there(void **state)
{
    g_auto(Settings) settings = {0};
    (void)state;

    assert_false(settings_read("/nonexistent/conf", "ownproc-runc", &settings, NULL));
    assert_string_equal(settings.runtime, "runc");
    assert_true(settings.hook);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_can_be_set),
        cmocka_unit_test(a_name_says_which_runtime),
        cmocka_unit_test(what_is_not_understood_is_said_and_the_rest_holds),
        cmocka_unit_test(a_file_that_is_named_must_be_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
