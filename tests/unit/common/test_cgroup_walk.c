/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cgroup_walk.h"
#include "common/fd.h"
#include "common/io.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"

#include <fcntl.h>

#define NOBODY -1

typedef struct {
    unsigned seen;
    pid_t last; /* where to stop */
} Seen;

static bool
count(pid_t id, void *data)
{
    Seen *seen = data;

    seen->seen++;
    return id != seen->last;
}

/* Returns how many were visited. */
static unsigned
walk(const char *folder, CgroupWalk *walk, pid_t last)
{
    Seen seen = {.last = last};
    autofd cgroup = io_open_at(AT_FDCWD, folder, O_PATH | O_DIRECTORY, NULL);

    walk->file = "cgroup.procs";
    walk->visit = count;
    walk->data = &seen;
    cgroup_walk(walk, cgroup);
    return seen.seen;
}

static void
all_in_a_cgroup_and_below_it_are_visited(void **state)
{
    CgroupWalk all = {.cgroups_left = 10, .ids_left = 10};

    folder_write(*state, "cgroup.procs", "50\n51\n");
    folder_write(*state, "a/b/cgroup.procs", "52\n");
    folder_write(*state, "c/cgroup.procs", "53\n");
    assert_int_equal(walk(*state, &all, NOBODY), 4);
    assert_int_equal(all.cgroups_left, 6);
    assert_int_equal(all.ids_left, 6);
}

static void
nobody_is_visited_who_cannot_be_seen_from_here(void **state)
{
    CgroupWalk all = {.cgroups_left = 10, .ids_left = 10};

    folder_write(*state, "cgroup.procs", "0\n0\n50\n");
    assert_int_equal(walk(*state, &all, NOBODY), 1);
}

/* A container may make as many as it likes, and it is somebody else's daemon that walks them. */
static void
empty_cgroups_are_visited_no_more_than_may_be(void **state)
{
    CgroupWalk few = {.cgroups_left = 5, .ids_left = 10};

    folder_write(*state, "cgroup.procs", "50\n");
    for (unsigned i = 0; i < 8; i++) {
        g_autofree char *path = g_strdup_printf("%u/cgroup.procs", i);

        folder_write(*state, path, "");
    }
    assert_int_equal(walk(*state, &few, NOBODY), 1);
    assert_int_equal(few.cgroups_left, 0);
}

static void
ids_are_read_no_more_than_may_be(void **state)
{
    CgroupWalk few = {.cgroups_left = 10, .ids_left = 2};

    folder_write(*state, "cgroup.procs", "50\n51\n52\n");
    folder_write(*state, "a/cgroup.procs", "53\n");
    assert_int_equal(walk(*state, &few, NOBODY), 2);
    assert_int_equal(few.ids_left, 0);
}

static void
a_visitor_who_has_found_what_he_wants_sees_no_more(void **state)
{
    CgroupWalk all = {.cgroups_left = 10, .ids_left = 10};

    folder_write(*state, "cgroup.procs", "50\n51\n52\n");
    folder_write(*state, "a/cgroup.procs", "53\n");
    assert_int_equal(walk(*state, &all, 51), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_in_a_cgroup_and_below_it_are_visited, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(nobody_is_visited_who_cannot_be_seen_from_here, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(empty_cgroups_are_visited_no_more_than_may_be, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(ids_are_read_no_more_than_may_be, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(a_visitor_who_has_found_what_he_wants_sees_no_more,
                                        folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
