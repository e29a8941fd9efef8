/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* On a machine with the v2 cgroups /a and /b, and v1 memory cgroups /s and /t. */

#include "common/error.h"
#include "common/fd.h"
#include "fs/containers.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"
#include "tests/unit/lives.h"

#include <fcntl.h>
#include <stdio.h>

#define FIRST 1000

typedef struct {
    char *folder;
    int root_fd;
    CgroupLayout layout;
    Containers *containers;
    Lives *lives;
} Fixture;

static void
make_cgroup(const Fixture *fixture, const char *path)
{
    g_autofree char *name = g_strconcat(path, "/cgroup.procs", NULL);

    folder_write(fixture->folder, name, "");
}

static void
rename_cgroup(const Fixture *fixture, const char *from, const char *to)
{
    g_autofree char *old = folder_inside(fixture->folder, from);
    g_autofree char *new = folder_inside(fixture->folder, to);

    assert_int_equal(rename(old, new), 0);
}

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->folder = folder_new();
    folder_write(fixture->folder, "proc/self/mountinfo",
                 "30 20 0:26 / /unified rw - cgroup2 cgroup2 rw\n"
                 "31 20 0:27 / /memory rw - cgroup cgroup rw,memory\n");
    folder_write(fixture->folder, "unified/cgroup.controllers", "cpu\n");
    make_cgroup(fixture, "unified/a");
    make_cgroup(fixture, "unified/b");
    make_cgroup(fixture, "memory/s");
    make_cgroup(fixture, "memory/t");
    fixture->root_fd = open(fixture->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(cgroup_layout_read(fixture->root_fd, &fixture->layout, NULL));
    fixture->containers = containers_new(&fixture->layout, 3, FIRST);
    fixture->lives = lives_new();
    containers_keep(fixture->containers, fixture->lives->shelf);
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    containers_free(fixture->containers);
    lives_free(fixture->lives);
    cgroup_layout_clear(&fixture->layout);
    fd_clear(&fixture->root_fd);
    folder_remove(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture);
    return 0;
}

/* The number of the container in @unified and @memory; 0 if there is none. */
static uint64_t
enter(const Fixture *fixture, const char *unified, const char *memory)
{
    const CgroupPaths paths = {.unified = (char *)unified, .v1[CGROUP_MEMORY] = (char *)memory};
    g_autoptr(GError) error = NULL;
    g_autoptr(Container) container = containers_enter(fixture->containers, &paths, &error);

    assert_true(container || g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
    return container ? container->number : 0;
}

static bool
is_known(const Fixture *fixture, uint64_t number)
{
    g_autoptr(Container) container = containers_find(fixture->containers, number);

    return container != NULL;
}

static void
a_container_has_one_number_for_all_who_are_in_it(void **state)
{
    uint64_t number = enter(*state, "/a", "/");

    assert_true(number > FIRST);
    assert_true(enter(*state, "/a", "/") == number);
    assert_true(enter(*state, "/b", "/") != number);
}

static void
containers_that_share_one_cgroup_are_two(void **state)
{
    assert_true(enter(*state, "/a", "/s") != enter(*state, "/a", "/t"));
}

static void
who_comes_to_the_path_of_one_that_ended_is_another(void **state)
{
    const Fixture *fixture = *state;
    uint64_t number = enter(fixture, "/a", "/");
    g_autoptr(Container) old = containers_find(fixture->containers, number);
    g_autoptr(GError) error = NULL;

    rename_cgroup(fixture, "unified/a", "unified/gone");
    make_cgroup(fixture, "unified/a");
    assert_true(enter(fixture, "/a", "/") != number);
    assert_false(container_is_there(&fixture->layout, old, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
}

static void
a_container_that_ended_has_none(void **state)
{
    assert_true(enter(*state, "/nowhere", "/") == 0);
}

static void
the_one_unused_longest_makes_room(void **state)
{
    uint64_t a = enter(*state, "/a", "/"), b = enter(*state, "/b", "/"),
             s = enter(*state, "/", "/s");

    (void)enter(*state, "/a", "/");
    assert_true(enter(*state, "/", "/t") != 0);
    assert_true(is_known(*state, a) && is_known(*state, s));
    assert_false(is_known(*state, b));
}

static void
one_that_comes_back_has_a_new_number(void **state)
{
    uint64_t a = enter(*state, "/a", "/");

    (void)enter(*state, "/b", "/");
    (void)enter(*state, "/", "/s");
    (void)enter(*state, "/", "/t");
    assert_false(is_known(*state, a));
    assert_true(enter(*state, "/a", "/") > a);
}

static void
a_new_one_is_the_occasion_to_forget_the_dead(void **state)
{
    const Fixture *fixture = *state;
    uint64_t a = enter(fixture, "/a", "/");

    rename_cgroup(fixture, "unified/a", "unified/gone");
    assert_true(is_known(fixture, a)); /* nobody tells us */
    (void)enter(fixture, "/b", "/");
    assert_false(is_known(fixture, a));
}

/* To free the table changes nothing on the shelf: it is as if its process had died. */
static void
live_again(Fixture *fixture)
{
    containers_free(fixture->containers);
    lives_next(fixture->lives);
    fixture->containers = containers_new(&fixture->layout, 3, FIRST);
    containers_keep(fixture->containers, fixture->lives->shelf);
}

static void
in_the_next_life_each_has_its_number(void **state)
{
    uint64_t a = enter(*state, "/a", "/"), s = enter(*state, "/", "/s");

    live_again(*state);
    assert_true(is_known(*state, a));
    assert_true(enter(*state, "/", "/s") == s);
    assert_true(enter(*state, "/a", "/") == a);
}

static void
in_the_next_life_it_is_told_what_it_was_told(void **state)
{
    const Fixture *fixture = *state;
    uint64_t a = enter(fixture, "/a", "/");
    g_autoptr(Container) before = containers_find(fixture->containers, a), after = NULL;

    before->longest[3] = 1234;
    before->reads = 77;
    containers_told(fixture->containers, before);
    live_again(*state);
    after = containers_find(fixture->containers, a);
    assert_int_equal(after->longest[3], 1234);
    assert_int_equal(after->reads, 77);
    assert_string_equal(after->paths.unified, "/a");
}

static void
no_number_is_given_in_two_lives(void **state)
{
    const Fixture *fixture = *state;
    uint64_t a = enter(fixture, "/a", "/"), b = enter(fixture, "/b", "/"), s;

    rename_cgroup(fixture, "unified/b", "unified/gone");
    s = enter(fixture, "/", "/s"); /* the occasion to forget it */
    live_again(*state);
    live_again(*state);
    assert_false(is_known(fixture, b));
    assert_true(is_known(fixture, a));
    assert_true(enter(fixture, "/", "/t") > MAX(b, s));
}

static void
who_came_to_a_used_path_between_two_lives_is_another(void **state)
{
    const Fixture *fixture = *state;
    uint64_t a = enter(fixture, "/a", "/");

    rename_cgroup(fixture, "unified/a", "unified/gone");
    make_cgroup(fixture, "unified/a");
    live_again(*state);
    assert_true(enter(fixture, "/a", "/") > a);
}

static void
what_is_no_container_is_dropped(void **state)
{
    const Fixture *fixture = *state;
    uint64_t a = enter(fixture, "/a", "/");

    lives_put_nonsense(fixture->lives, SHELF_CONTAINER, 4711);
    live_again(*state);
    assert_true(is_known(fixture, a));
    assert_false(is_known(fixture, 4711));
    assert_int_equal(lives_count(fixture->lives, SHELF_CONTAINER), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_container_has_one_number_for_all_who_are_in_it),
        TEST(containers_that_share_one_cgroup_are_two),
        TEST(who_comes_to_the_path_of_one_that_ended_is_another),
        TEST(a_container_that_ended_has_none),
        TEST(the_one_unused_longest_makes_room),
        TEST(one_that_comes_back_has_a_new_number),
        TEST(a_new_one_is_the_occasion_to_forget_the_dead),
        TEST(in_the_next_life_each_has_its_number),
        TEST(in_the_next_life_it_is_told_what_it_was_told),
        TEST(no_number_is_given_in_two_lives),
        TEST(who_came_to_a_used_path_between_two_lives_is_another),
        TEST(what_is_no_container_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
