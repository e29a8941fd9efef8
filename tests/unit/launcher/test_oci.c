/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/launch_error.h"
#include "launcher/oci.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static bool
state_of(const char *text, OciState *ret)
{
    g_autoptr(GError) error = NULL;
    bool good = oci_state_parse(text, strlen(text), ret, &error);

    assert_int_equal(good, error == NULL);
    return good;
}

static bool
config_of(const char *text, OciConfig *ret)
{
    g_autoptr(GError) error = NULL;
    bool good = oci_config_parse(text, strlen(text), ret, &error);

    assert_int_equal(good, error == NULL);
    return good;
}

/* As runc 1.1 writes it to a createContainer hook. */
static void
the_state_of_runc_has_no_root(void **state)
{
    g_auto(OciState) it = {0};
    g_auto(OciConfig) config = {0};
    g_autofree char *root = NULL;

    (void)state;
    assert_true(state_of("{\"ociVersion\":\"1.0.2-dev\",\"id\":\"web\",\"status\":\"creating\","
                         "\"pid\":1,\"bundle\":\"/run/b\"}",
                         &it));
    assert_string_equal(it.id, "web");
    assert_int_equal(it.pid, 1);
    assert_null(it.root);
    assert_true(config_of("{\"root\":{\"path\":\"rootfs\"},\"linux\":{\"maskedPaths\":[\"/a\"]}}",
                          &config));
    assert_false(config.unmasked);
    root = oci_root(&it, &config);
    assert_string_equal(root, "/run/b/rootfs");
}

static void
the_root_of_crun_s_state_comes_first(void **state)
{
    g_auto(OciState) it = {0};
    g_auto(OciConfig) config = {0};
    g_autofree char *root = NULL;

    (void)state;
    assert_true(state_of("{\"id\":\"web\",\"pid\":0,\"root\":\"/merged\",\"bundle\":\"/run/b\","
                         "\"annotations\":{\"ownproc.dev/inject\":\"false\"}}",
                         &it));
    assert_true(config_of("{\"root\":{\"path\":\"rootfs\"},"
                          "\"annotations\":{\"ownproc.dev/inject\":\"false\"}}",
                          &config));
    assert_int_equal(config.wish, WISH_NO);
    assert_true(config.unmasked);
    root = oci_root(&it, &config);
    assert_string_equal(root, "/merged");
}

static void
what_lacks_something_is_an_error(void **state)
{
    static const char *const states[] = {"",
                                         "{",
                                         "[]",
                                         "null",
                                         "{\"id\":\"web\"}",
                                         "{\"id\":\"web\",\"bundle\":\"relative\"}",
                                         "{\"id\":7,\"bundle\":\"/b\"}",
                                         "{\"id\":\"web\",\"bundle\":\"/b\",\"pid\":-1}",
                                         "{\"id\":\"web\",\"bundle\":\"/b\",\"pid\":4294967296}"};
    static const char *const configs[] = {"",
                                          "{}",
                                          "[]",
                                          "{\"root\":\"r\"}",
                                          "{\"root\":{\"path\":1}}",
                                          "{\"root\":{\"path\":\"\"}}"};
    OciState it = {0};
    OciConfig config = {0};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        assert_false(state_of(states[i], &it));
    for (size_t i = 0; i < G_N_ELEMENTS(configs); i++)
        assert_false(config_of(configs[i], &config));
}

/* An infinite limit is 2^64 - 1. */
static void
limits_without_end_are_read(void **state)
{
    g_auto(OciConfig) config = {0};

    (void)state;
    assert_true(config_of("{\"process\":{\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"hard\":"
                          "18446744073709551615,\"soft\":18446744073709551615}]},"
                          "\"root\":{\"path\":\"rootfs\"}}",
                          &config));
    assert_string_equal(config.root, "rootfs");
}

static void
parts_of_another_type_are_as_if_they_were_not_there(void **state)
{
    g_auto(OciState) it = {0};
    g_auto(OciConfig) config = {0};

    (void)state;
    assert_true(state_of("{\"id\":\"web\",\"bundle\":\"/b\",\"pid\":\"x\",\"root\":3,"
                         "\"annotations\":[\"ownproc.dev/inject\"]}",
                         &it));
    assert_int_equal(it.pid, 0);
    assert_null(it.root);
    assert_true(
        config_of("{\"root\":{\"path\":\"/r\"},\"linux\":{\"maskedPaths\":\"/proc\"}}", &config));
    assert_true(config.unmasked);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_of_runc_has_no_root),
        cmocka_unit_test(the_root_of_crun_s_state_comes_first),
        cmocka_unit_test(what_lacks_something_is_an_error),
        cmocka_unit_test(limits_without_end_are_read),
        cmocka_unit_test(parts_of_another_type_are_as_if_they_were_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
