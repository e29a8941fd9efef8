/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/launch_error.h"
#include "launcher/mount_spec.h"
#include "tests/unit/cmocka.h"

typedef MountSpec *Parse(const char *text, GError **error);

static void
refuses(Parse *parse, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MountSpec) spec = parse(text, &error);

    if (spec)
        fail_msg("'%s' was taken", text);
    assert_true(g_error_matches(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE));
}

static void
a_volume_has_a_source_and_a_target(void **state G_GNUC_UNUSED)
{
    g_autoptr(MountSpec) spec = mount_spec_parse_volume("/srv/data:/data", NULL);

    assert_non_null(spec);
    assert_string_equal(spec->source, "/srv/data");
    assert_string_equal(spec->target, "/data");
    assert_false(spec->read_only);
}

static void
a_volume_may_be_read_only(void **state G_GNUC_UNUSED)
{
    g_autoptr(MountSpec) ro = mount_spec_parse_volume("./data:/data:ro", NULL);
    g_autoptr(MountSpec) rw = mount_spec_parse_volume("./data:/data:rw", NULL);

    assert_true(ro->read_only);
    assert_false(rw->read_only);
}

static void
a_target_is_written_without_needless_parts(void **state G_GNUC_UNUSED)
{
    g_autoptr(MountSpec) spec = mount_spec_parse_volume("/a:/b//c/./d/", NULL);

    assert_string_equal(spec->target, "/b/c/d");
}

static void
what_is_no_volume_is_refused(void **state G_GNUC_UNUSED)
{
    refuses(mount_spec_parse_volume, "");
    refuses(mount_spec_parse_volume, "/a");
    refuses(mount_spec_parse_volume, ":/b");
    refuses(mount_spec_parse_volume, "/a:");
    refuses(mount_spec_parse_volume, "/a:b");
    refuses(mount_spec_parse_volume, "/a:/b:rx");
    refuses(mount_spec_parse_volume, "/a:/b:ro:z");
    refuses(mount_spec_parse_volume, "/a:/b/../../c");
}

static void
a_named_volume_is_refused(void **state G_GNUC_UNUSED)
{
    refuses(mount_spec_parse_volume, "data:/data");
}

static void
root_and_proc_are_no_targets(void **state G_GNUC_UNUSED)
{
    refuses(mount_spec_parse_volume, "/a:/");
    refuses(mount_spec_parse_volume, "/a://.");
    refuses(mount_spec_parse_volume, "/a:/proc");
    refuses(mount_spec_parse_tmpfs, "/proc/");
}

static void
a_file_below_proc_is_a_target(void **state G_GNUC_UNUSED)
{
    g_autoptr(MountSpec) spec = mount_spec_parse_volume("/a/meminfo:/proc/meminfo", NULL);

    assert_non_null(spec);
}

static void
a_tmpfs_has_only_a_target(void **state G_GNUC_UNUSED)
{
    g_autoptr(MountSpec) spec = mount_spec_parse_tmpfs("/run", NULL);

    assert_null(spec->source);
    assert_null(spec->options);
    assert_string_equal(spec->target, "/run");
    assert_false(spec->executable);
}

static void
a_tmpfs_sorts_its_options(void **state G_GNUC_UNUSED)
{
    g_autoptr(MountSpec) spec =
        mount_spec_parse_tmpfs("/run:size=64m,exec,nosuid,mode=755,ro", NULL);

    assert_string_equal(spec->options, "size=64m,mode=755");
    assert_true(spec->executable);
    assert_true(spec->read_only);
}

static void
a_tmpfs_refuses_options_that_are_not_its_own(void **state G_GNUC_UNUSED)
{
    refuses(mount_spec_parse_tmpfs, "/run:dev");
    refuses(mount_spec_parse_tmpfs, "/run:suid");
    refuses(mount_spec_parse_tmpfs, "/run:size=");
    refuses(mount_spec_parse_tmpfs, "/run:,");
    refuses(mount_spec_parse_tmpfs, "run");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_volume_has_a_source_and_a_target),
        cmocka_unit_test(a_volume_may_be_read_only),
        cmocka_unit_test(a_target_is_written_without_needless_parts),
        cmocka_unit_test(what_is_no_volume_is_refused),
        cmocka_unit_test(a_named_volume_is_refused),
        cmocka_unit_test(root_and_proc_are_no_targets),
        cmocka_unit_test(a_file_below_proc_is_a_target),
        cmocka_unit_test(a_tmpfs_has_only_a_target),
        cmocka_unit_test(a_tmpfs_sorts_its_options),
        cmocka_unit_test(a_tmpfs_refuses_options_that_are_not_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
