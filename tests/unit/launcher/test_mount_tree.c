/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/mount_tree.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <string.h>

#define ROOT "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
#define PROC "21 20 0:5 / /proc rw - proc proc rw\n"

static GPtrArray *
parse(const char *text)
{
    return mount_tree_parse(text, strlen(text));
}

static bool
unmasked(const char *text)
{
    g_autoptr(GPtrArray) mounts = parse(text);

    return mount_tree_is_unmasked(mounts);
}

static void
lines_become_mounts_and_what_is_none_is_passed_over(void **state)
{
    g_autoptr(GPtrArray) mounts = parse(ROOT "nonsense\nx 20 0:5 / /proc rw - proc proc rw\n"
                                             "22 20 0:6 /a\\040b /c\\011d rw - tmpfs t rw\n");
    const TreeMount *mount = mount_tree_find(mounts, 22);

    (void)state;
    assert_int_equal(mounts->len, 2);
    assert_non_null(mount);
    assert_int_equal(mount->parent, 20);
    assert_string_equal(mount->root, "/a b");
    assert_string_equal(mount->point, "/c\td");
    assert_string_equal(mount->device, "0:6");
    assert_string_equal(mount->type, "tmpfs");
    assert_null(mount_tree_find(mounts, 23));
}

static void
a_procfs_that_can_be_seen_whole_is_unmasked(void **state)
{
    (void)state;
    assert_true(unmasked(ROOT PROC));
    /* These directories are empty anyway. */
    assert_true(unmasked(ROOT PROC "22 21 0:6 / /proc/sys/fs/binfmt_misc rw - binfmt_misc b rw\n"));
    assert_false(unmasked(ROOT PROC "22 21 0:6 /null /proc/kcore rw - tmpfs tmpfs rw\n"));
    assert_false(unmasked(ROOT PROC "22 21 0:5 /sys /proc/sys ro - proc proc rw\n"));
    assert_false(unmasked(ROOT));
}

static void
another_procfs_that_stays_whole_is_enough(void **state)
{
    (void)state;
    assert_false(unmasked(ROOT PROC "23 20 0:7 / /dev/.lxc/proc rw - proc proc rw\n"));
    /* Not if it is masked itself, or shows a part only. */
    assert_true(unmasked(ROOT PROC "23 20 0:7 / /mnt rw - proc proc rw\n"
                                   "24 23 0:6 / /mnt/kcore rw - tmpfs tmpfs rw\n"));
    assert_true(unmasked(ROOT PROC "23 20 0:7 /sys /mnt rw - proc proc rw\n"));
}

static bool
shared(const char *container, const char *machine)
{
    g_autoptr(GPtrArray) theirs = parse(container), ours = parse(machine);

    return mount_tree_is_shared_with(theirs, ours);
}

static void
peers_of_the_machine_are_found_by_their_group(void **state)
{
    const char *machine = "20 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
                          "21 20 0:5 / /proc rw shared:12 - proc proc rw\n";

    (void)state;
    assert_true(shared("31 30 0:5 / /proc rw master:3 shared:12 - proc proc rw\n", machine));
    assert_false(shared("31 30 0:5 / /proc rw shared:1 - tmpfs t rw\n", machine));
    /* It receives what is mounted there, and gives nothing back. */
    assert_false(shared("31 30 0:5 / /proc rw master:12 - proc proc rw\n", machine));
    assert_false(shared("31 30 0:5 / /proc rw shared:13 - proc proc rw\n", machine));
    assert_false(
        shared("31 30 0:5 / /proc rw - proc proc rw\n", "21 20 0:5 / /proc rw - proc p rw\n"));
}

static void
bound_id_is(const char *line, const char *wanted)
{
    g_autoptr(GPtrArray) mounts = parse(line);
    g_autofree char *id = NULL;

    assert_int_equal(mounts->len, 1);
    id = mount_tree_bound_id(mounts->pdata[0]);
    if (wanted)
        assert_string_equal(id, wanted);
    else
        assert_null(id);
}

static void
the_bound_tree_tells_the_name_of_the_container(void **state)
{
    (void)state;
    bound_id_is("9 8 0:3 /web/proc/stat /proc/stat ro - fuse.ownproc ownproc ro\n", "web");
    bound_id_is("9 8 0:3 /proc/stat /proc/stat ro - fuse.ownproc ownproc rw\n", NULL);
    bound_id_is("9 8 0:3 /sys/devices/system/cpu /sys/devices/system/cpu ro - fuse.ownproc o rw\n",
                NULL);
    bound_id_is("9 8 0:3 / /run/ownproc/containers ro - fuse.ownproc ownproc ro\n", NULL);
    bound_id_is("9 8 0:3 /web/proc/stat /mnt/stat ro - fuse.ownproc ownproc ro\n", NULL);
    bound_id_is("9 8 0:3 /web/proc/stat /proc/stat ro - fuse.other ownproc ro\n", NULL);
}

static void
is_dead(const char *type, int errsv, bool wanted)
{
    TreeMount mount = {.point = (char *)"/proc/stat", .type = (char *)type};

    if (mount_tree_is_dead(&mount, errsv) != wanted)
        fail_msg("%s with %s is %s", type, strerror(errsv), wanted ? "dead" : "alive");
}

static void
a_server_that_is_gone_is_told_from_a_reader_who_is_refused(void **state)
{
    (void)state;
    is_dead("fuse.ownproc", ENOTCONN, true);
    is_dead("fuse.lxcfs", ENOTCONN, true);
    is_dead("fuse.lxcfs", ECONNABORTED, true);
    is_dead("fuse.ownproc", ESTALE, true); /* a container that the daemon does not know any more */
    is_dead("fuse.lxcfs", ESTALE, false);
    is_dead("fuse.ownproc", EACCES, false);
    is_dead("fuse.ownproc", 0, false);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_mounts_and_what_is_none_is_passed_over),
        cmocka_unit_test(a_procfs_that_can_be_seen_whole_is_unmasked),
        cmocka_unit_test(another_procfs_that_stays_whole_is_enough),
        cmocka_unit_test(peers_of_the_machine_are_found_by_their_group),
        cmocka_unit_test(the_bound_tree_tells_the_name_of_the_container),
        cmocka_unit_test(a_server_that_is_gone_is_told_from_a_reader_who_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
