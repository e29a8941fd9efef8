/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/mount_table.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static const char table[] =
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "22 21 0:20 / /proc rw - proc proc rw\n"
    "30 21 0:40 / /var/lib/ownproc rw,nosuid shared:9 master:3 - fuse.ownproc ownproc rw\n"
    "31 21 0:41 / /var/lib/a\\040b rw - tmpfs tmpfs rw\n"
    "35 30 0:44 / /var/lib/ownproc rw,nosuid - fuse.lxcfs lxcfs rw\n"
    "36 21 0:45 / /var/lib/ownproc2 rw - tmpfs tmpfs rw\n";

static void
top_is(const char *path, const char *id, const char *type)
{
    g_auto(MountEntry) top = {0};

    assert_true(mount_table_top(table, strlen(table), path, &top));
    assert_string_equal(top.id, id);
    assert_string_equal(top.type, type);
}

static void
nothing_at(const char *text, const char *path)
{
    MountEntry top = {0};

    assert_false(mount_table_top(text, strlen(text), path, &top));
    assert_null(top.id);
}

static void
the_type_of_a_mount_is_told(void **state)
{
    (void)state;
    top_is("/proc", "22", "proc");
    top_is("/", "21", "ext4");
}

static void
of_mounts_on_top_of_each_other_the_last_counts(void **state)
{
    (void)state;
    top_is("/var/lib/ownproc", "35", "fuse.lxcfs");
}

static void
blanks_in_a_path_are_found(void **state)
{
    (void)state;
    top_is("/var/lib/a b", "31", "tmpfs");
}

static void
a_plain_directory_is_no_mount(void **state)
{
    (void)state;
    nothing_at(table, "/var/lib");
    nothing_at(table, "/var/lib/own");
}

static void
lines_that_end_early_are_passed_over(void **state)
{
    (void)state;
    nothing_at("", "/x");
    nothing_at("1\n1 2\n1 2 3 4 /x\n1 2 3 4 /x rw\n1 2 3 4 /x rw -\n", "/x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_type_of_a_mount_is_told),
        cmocka_unit_test(of_mounts_on_top_of_each_other_the_last_counts),
        cmocka_unit_test(blanks_in_a_path_are_found),
        cmocka_unit_test(a_plain_directory_is_no_mount),
        cmocka_unit_test(lines_that_end_early_are_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
