/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/mount_line.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static Span
span_of(const char *text)
{
    return (Span){text, strlen(text)};
}

static void
is(Span span, const char *wanted)
{
    g_autofree char *text = span_dup(span);

    assert_string_equal(text, wanted);
}

static MountLine
parsed(const char *line)
{
    MountLine mount;

    assert_true(mount_line_parse(span_of(line), &mount));
    return mount;
}

static void
refuses(const char *line)
{
    MountLine mount;

    assert_false(mount_line_parse(span_of(line), &mount));
}

static void
path_is(const char *escaped, const char *wanted)
{
    g_autofree char *path = mount_line_path(span_of(escaped));

    assert_string_equal(path, wanted);
}

static void
each_field_is_found(void **state)
{
    MountLine mount =
        parsed("36 35 98:0 /mnt1 /mnt2 rw,noatime - ext3 /dev/root rw,errors=continue");

    (void)state;
    is(mount.id, "36");
    is(mount.device, "98:0");
    is(mount.root, "/mnt1");
    is(mount.point, "/mnt2");
    is(mount.type, "ext3");
    is(mount.super_options, "rw,errors=continue");
}

static void
there_may_be_any_number_of_optional_fields(void **state)
{
    (void)state;
    is(parsed("1 0 0:2 / /a rw shared:1 - tmpfs none rw").type, "tmpfs");
    is(parsed("1 0 0:2 / /a rw shared:1 master:2 propagate_from:3 - tmpfs none rw").type, "tmpfs");
}

/* mount -t cgroup -o memory "" /a */
static void
a_source_without_a_name_is_an_empty_field(void **state)
{
    MountLine mount = parsed("1 0 0:2 / /a rw - cgroup  rw,memory");

    (void)state;
    is(mount.type, "cgroup");
    is(mount.super_options, "rw,memory");
}

static void
a_line_that_ends_early_is_refused(void **state)
{
    static const char whole[] = "1 0 0:2 / /a rw shared:1 - tmpfs none rw";

    (void)state;
    for (size_t len = 0; len < strlen("1 0 0:2 / /a rw shared:1 - tmpfs none "); len++) {
        MountLine mount;

        assert_false(mount_line_parse((Span){whole, len}, &mount));
    }
}

static void
what_the_kernel_never_writes_is_refused(void **state)
{
    MountLine mount;

    (void)state;
    refuses("- - -");
    refuses("1 0 0:2 / a rw - tmpfs none rw");
    refuses("1 0 0:2 / /a rw -  none rw");
    assert_false(mount_line_parse((Span){"1 0 0:2 / /a\0 rw - tmpfs none rw", 32}, &mount));
}

static void
blanks_and_backslashes_in_a_path_are_octal(void **state)
{
    (void)state;
    path_is("/1\\0402\\0113\\0124\\1345", "/1 2\t3\n4\\5");
    path_is("/\\303\\274", "/\303\274");
    path_is("/", "/");
}

/* The kernel escapes every backslash, so none of these is its. */
static void
any_other_backslash_is_itself(void **state)
{
    (void)state;
    path_is("/a\\n", "/a\\n");
    path_is("/a\\04", "/a\\04");
    path_is("/a\\089", "/a\\089");
    path_is("/a\\", "/a\\");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_is_found),
        cmocka_unit_test(there_may_be_any_number_of_optional_fields),
        cmocka_unit_test(a_source_without_a_name_is_an_empty_field),
        cmocka_unit_test(a_line_that_ends_early_is_refused),
        cmocka_unit_test(what_the_kernel_never_writes_is_refused),
        cmocka_unit_test(blanks_and_backslashes_in_a_path_are_octal),
        cmocka_unit_test(any_other_backslash_is_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
