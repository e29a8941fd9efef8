/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/oci.h"
#include "launcher/runtime/spec.h"

#include "common/error.h"
#include "tests/unit/cmocka.h"

#include <string.h>

#define PROC "{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"}"
#define SYS "{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\"}"

static json_object *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_object *spec = json_read_object(text, strlen(text), &error);

    if (!spec)
        fail_msg("'%s': %s", text, error->message);
    return spec;
}

static void
refuses(const char *text, size_t len)
{
    g_autoptr(GError) error = NULL;

    if (json_read_object(text, len, &error))
        fail_msg("'%s' is no configuration", text);
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
}

static void
stays(const char *text)
{
    g_autoptr(json_object) spec = parse(text);

    assert_string_equal(spec_text(spec), text);
}

static bool
adds(json_object *spec, const char *file)
{
    g_autoptr(OwnMounts) own = spec_own_mounts(spec);

    return spec_add_file(spec, own, "/tree", file);
}

static bool
has_proc(json_object *spec, GError **error)
{
    g_autoptr(OwnMounts) own = spec_own_mounts(spec);

    return spec_has_proc(spec, own, error);
}

/* Whether a bind of proc/meminfo is added beside a mount at @point. */
static bool
is_added_beside(const char *point, const char *file)
{
    g_autofree char *text =
        g_strdup_printf("{\"mounts\":[" PROC "," SYS ",{\"destination\":\"%s\"}]}", point);
    g_autoptr(json_object) spec = parse(text);

    return adds(spec, file);
}

static void
what_is_not_understood_stays_as_it_is(void **state)
{
    (void)state;
    stays("{\"a\":18446744073709551615,\"b\":-9223372036854775808,\"c\":0.1,\"d\":null}");
    stays("{\"z\":{\"y\":[1,\"\\u0000\\n\\\"/\",\"\xc3\xa4\"],\"x\":true},\"a\":1e400}");
}

static void
only_one_whole_object_is_a_configuration(void **state)
{
    (void)state;
    refuses("", 0);
    refuses("{\"a\":1", 6);
    refuses("[]", 2);
    refuses("7", 1);
    refuses("null", 4);
    refuses("{} {}", 5);
    refuses("{}x", 3);
    refuses("{}\0{}", 5);
    refuses("{\"a\":\"\xff\"}", 9);
}

static void
nesting_has_an_end(void **state)
{
    g_autoptr(GString) text = g_string_new("{\"a\":");
    (void)state;

    for (int i = 0; i < 100000; i++)
        g_string_append_c(text, '[');
    refuses(text->str, text->len);
}

static void
a_file_is_bound_read_only_behind_all_other_mounts(void **state)
{
    g_autoptr(json_object) spec = parse("{\"mounts\":[" PROC "]}");
    (void)state;

    assert_true(adds(spec, "proc/meminfo"));
    assert_string_equal(spec_text(spec),
                        "{\"mounts\":[" PROC
                        ",{\"destination\":\"/proc/meminfo\",\"type\":\"bind\","
                        "\"source\":\"/tree/proc/meminfo\",\"options\":[\"bind\",\"ro\",\"nosuid\","
                        "\"nodev\",\"noexec\",\"rprivate\"]}]}");
}

static void
where_something_is_mounted_nothing_is_added(void **state)
{
    (void)state;
    assert_true(is_added_beside("/dev", "proc/meminfo"));
    assert_true(is_added_beside("/proc/meminfo2", "proc/meminfo"));
    assert_false(is_added_beside("/proc/meminfo", "proc/meminfo"));
    assert_false(is_added_beside("//proc/x/../meminfo/", "proc/meminfo"));
    assert_false(is_added_beside("proc/meminfo", "proc/meminfo"));
    assert_false(is_added_beside("/sys/devices", "sys/devices/system/cpu"));
    assert_false(is_added_beside("/sys/devices/system/cpu/online", "sys/devices/system/cpu"));
}

static void
nothing_is_added_below_a_sys_that_is_not_mounted(void **state)
{
    g_autoptr(json_object) spec = parse("{\"mounts\":[" PROC "]}");
    (void)state;

    assert_false(adds(spec, "sys/devices/system/cpu"));
}

static void
nothing_is_added_below_a_volume_at_sys(void **state)
{
    g_autoptr(json_object) volume =
        parse("{\"mounts\":[{\"destination\":\"/sys\",\"type\":\"bind\",\"source\":\"/srv\"}]}");
    g_autoptr(json_object) bound =
        parse("{\"mounts\":[{\"destination\":\"/sys\",\"type\":\"bind\",\"source\":\"/sys\"}]}");
    (void)state;

    assert_false(adds(volume, "sys/devices/system/cpu"));
    assert_true(adds(bound, "sys/devices/system/cpu"));
}

static void
mounts_that_are_no_array_are_left_alone(void **state)
{
    g_autoptr(json_object) spec = parse("{\"mounts\":7,\"hooks\":[]}");
    const char *const args[] = {"ownproc", NULL};
    (void)state;

    assert_false(adds(spec, "proc/meminfo"));
    assert_false(spec_add_hook(spec, "/ownproc", args));
    assert_string_equal(spec_text(spec), "{\"mounts\":7,\"hooks\":[]}");
}

static void
a_container_without_a_procfs_is_skipped(void **state)
{
    g_autoptr(json_object) none = parse("{\"linux\":{}}");
    g_autoptr(json_object) bind =
        parse("{\"linux\":{},\"mounts\":[" PROC ",{\"destination\":\"/proc\",\"type\":\"bind\"}]}");
    g_autoptr(json_object) windows = parse("{\"windows\":{},\"mounts\":[" PROC "]}");
    g_autoptr(json_object) good = parse("{\"linux\":{},\"mounts\":[" PROC "]}");
    g_autoptr(GError) error = NULL;
    (void)state;

    assert_false(has_proc(none, &error));
    assert_true(g_error_matches(error, SPEC_ERROR, SPEC_ERROR_SKIP));
    assert_false(has_proc(bind, NULL));
    assert_false(has_proc(windows, NULL));
    assert_true(has_proc(good, NULL));
}

static void
what_must_be_known_is_found(void **state)
{
    g_autoptr(json_object) own = parse("{\"linux\":{\"namespaces\":[{\"type\":\"pid\"}],"
                                       "\"maskedPaths\":[\"/proc/kcore\"]}}");
    g_autoptr(json_object) path = parse("{\"linux\":{\"namespaces\":[{\"type\":\"ipc\"},"
                                        "{\"type\":\"pid\",\"path\":\"/proc/7/ns/pid\"}]}}");
    g_autoptr(json_object) host = parse("{\"annotations\":{\"ownproc.dev/inject\":\"false\"}}");
    const char *where;
    (void)state;

    assert_int_equal(spec_pid_namespace(own, &where), SPEC_PID_OWN);
    assert_int_equal(spec_pid_namespace(host, &where), SPEC_PID_HOST);
    assert_int_equal(spec_pid_namespace(path, &where), SPEC_PID_PATH);
    assert_string_equal(where, "/proc/7/ns/pid");
    assert_false(oci_is_unmasked(own));
    assert_true(oci_is_unmasked(path));
    assert_int_equal(oci_wish(own), WISH_NONE);
    assert_int_equal(oci_wish(host), WISH_NO);
}

static void
a_clock_that_begins_now_has_the_machines_age_taken_off(void **state)
{
    g_autoptr(json_object) spec = parse("{\"linux\":{\"namespaces\":[]}}");
    g_autoptr(json_object) even = parse("{\"linux\":{\"namespaces\":[{\"type\":\"time\"}]}}");
    (void)state;

    assert_int_equal(spec_add_clock(spec, UINT64_C(5300000000)), SPEC_CLOCK_NAMESPACE);
    assert_string_equal(spec_text(spec),
                        "{\"linux\":{\"namespaces\":[{\"type\":\"time\"}],"
                        "\"timeOffsets\":{\"boottime\":{\"secs\":-6,\"nanosecs\":700000000}}}}");
    assert_int_equal(spec_add_clock(spec, 1), SPEC_CLOCK_NONE);
    assert_int_equal(spec_add_clock(even, UINT64_C(7000000000)), SPEC_CLOCK_OFFSET);
    assert_non_null(strstr(spec_text(even), "{\"secs\":-7,\"nanosecs\":0}"));
}

static void
a_bundle_that_is_used_again_gets_everything_anew(void **state)
{
    const char *before = "{\"linux\":{\"namespaces\":[]},\"mounts\":[" PROC
                         "],\"hooks\":{\"createContainer\":[{\"path\":\"/theirs\"}]},"
                         "\"annotations\":{\"theirs\":\"1\"}}";
    const char *const args[] = {"ownproc", "hook", NULL};
    g_autoptr(json_object) spec = parse(before);
    (void)state;

    assert_false(spec_take_back(spec, "/tree", "/ownproc"));
    assert_true(adds(spec, "proc/meminfo"));
    assert_true(spec_add_hook(spec, "/ownproc", args));
    assert_int_equal(spec_add_clock(spec, 7), SPEC_CLOCK_NAMESPACE);
    assert_true(spec_note(spec, SPEC_CLOCK_NAMESPACE));
    assert_true(spec_take_back(spec, "/tree", "/ownproc"));
    assert_string_equal(spec_text(spec), before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_understood_stays_as_it_is),
        cmocka_unit_test(only_one_whole_object_is_a_configuration),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(a_file_is_bound_read_only_behind_all_other_mounts),
        cmocka_unit_test(where_something_is_mounted_nothing_is_added),
        cmocka_unit_test(nothing_is_added_below_a_sys_that_is_not_mounted),
        cmocka_unit_test(nothing_is_added_below_a_volume_at_sys),
        cmocka_unit_test(mounts_that_are_no_array_are_left_alone),
        cmocka_unit_test(a_container_without_a_procfs_is_skipped),
        cmocka_unit_test(what_must_be_known_is_found),
        cmocka_unit_test(a_clock_that_begins_now_has_the_machines_age_taken_off),
        cmocka_unit_test(a_bundle_that_is_used_again_gets_everything_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
