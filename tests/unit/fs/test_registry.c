/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* On a machine with the v2 cgroups /a and /b. */

#include "common/error.h"
#include "common/fd.h"
#include "fs/registry.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"
#include "tests/unit/lives.h"

#include <fcntl.h>
#include <stdio.h>

#define FIRST 1000
#define MAX_REGISTERED 3

typedef struct {
    char *folder;
    int root_fd;
    CgroupLayout layout;
    Containers *containers;
    Registry *registry;
    Lives *lives;
} Fixture;

static void
make_cgroup(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_strdup_printf("cgroup/%s/cgroup.procs", name);

    folder_write(fixture->folder, path, "");
}

static void
remove_cgroup(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/cgroup/%s", fixture->folder, name);

    folder_remove(path);
}

static void
rename_cgroup(const Fixture *fixture, const char *from, const char *to)
{
    g_autofree char *old = g_strdup_printf("%s/cgroup/%s", fixture->folder, from);
    g_autofree char *new = g_strdup_printf("%s/cgroup/%s", fixture->folder, to);

    assert_int_equal(rename(old, new), 0);
}

static void
come_to_life(Fixture *fixture)
{
    fixture->containers = containers_new(&fixture->layout, 16, 0);
    containers_keep(fixture->containers, fixture->lives->shelf);
    fixture->registry = registry_new(&fixture->layout, fixture->containers, MAX_REGISTERED, FIRST);
    registry_keep(fixture->registry, fixture->lives->shelf);
}

/* To free all changes nothing on the shelf: it is as if their process had died. */
static void
live_again(Fixture *fixture)
{
    registry_free(fixture->registry);
    containers_free(fixture->containers);
    lives_next(fixture->lives);
    come_to_life(fixture);
}

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->folder = folder_new();
    folder_write(fixture->folder, "proc/self/mountinfo",
                 "30 20 0:26 / /cgroup rw - cgroup2 cgroup2 rw\n");
    folder_write(fixture->folder, "cgroup/cgroup.controllers", "cpu\n");
    make_cgroup(fixture, "a");
    make_cgroup(fixture, "b");
    fixture->root_fd = open(fixture->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(cgroup_layout_read(fixture->root_fd, &fixture->layout, NULL));
    fixture->lives = lives_new();
    come_to_life(fixture);
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    registry_free(fixture->registry);
    containers_free(fixture->containers);
    lives_free(fixture->lives);
    cgroup_layout_clear(&fixture->layout);
    fd_clear(&fixture->root_fd);
    folder_remove(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture);
    return 0;
}

static Registered *
add(const Fixture *fixture, const char *name, const char *cgroup, GError **error)
{
    const CgroupPaths paths = {.unified = (char *)cgroup};

    return registry_add(fixture->registry, &(Registration){name, &paths, 0}, error);
}

static void
add_and_forget(const Fixture *fixture, const char *name, const char *cgroup)
{
    g_autoptr(Registered) registered = add(fixture, name, cgroup, NULL);

    assert_non_null(registered);
}

static void
is_refused(const Fixture *fixture, const char *name, const char *cgroup, RegistryError code)
{
    g_autoptr(GError) error = NULL;

    assert_null(add(fixture, name, cgroup, &error));
    assert_true(g_error_matches(error, REGISTRY_ERROR, (int)code));
}

static bool
has_name(const Fixture *fixture, const char *name)
{
    g_autoptr(Registered) registered = registry_find_name(fixture->registry, name);

    return registered != NULL;
}

static bool
is_gone(const Fixture *fixture, Registered *registered)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Container) container = registry_container(fixture->registry, registered, &error);

    return !container && g_error_matches(error, READ_ERROR, READ_ERROR_GONE);
}

static void
names_are_letters_digits_and_three_signs(void **state)
{
    g_autofree char *longest = g_strnfill(REGISTRY_NAME_MAX, 'x');
    g_autofree char *longer = g_strnfill(REGISTRY_NAME_MAX + 1, 'x');

    (void)state;
    assert_true(registry_name_is_valid("web-1_a.b"));
    assert_true(registry_name_is_valid("-"));
    assert_true(registry_name_is_valid(longest));
    assert_false(registry_name_is_valid(longer));
    assert_false(registry_name_is_valid(""));
    assert_false(registry_name_is_valid(".hidden"));
    assert_false(registry_name_is_valid(".."));
    assert_false(registry_name_is_valid("a/b"));
    assert_false(registry_name_is_valid("a b"));
    assert_false(registry_name_is_valid("\303\244"));
}

static void
who_is_registered_is_found_by_name_and_number(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) a = add(fixture, "one", "/a", NULL);
    g_autoptr(Registered) by_name = registry_find_name(fixture->registry, "one");
    g_autoptr(Registered) by_number = registry_find(fixture->registry, a->number);

    assert_ptr_equal(by_name, a);
    assert_ptr_equal(by_number, a);
    assert_true(a->number > FIRST);
    assert_int_equal(registry_look(fixture->registry, a), REGISTERED_LIVE);
}

static void
its_container_is_that_of_its_cgroup(void **state)
{
    Fixture *fixture = *state;
    const CgroupPaths paths = {.unified = (char *)"/a"};
    g_autoptr(Registered) a = add(fixture, "one", "/a", NULL);
    g_autoptr(Container) bound = registry_container(fixture->registry, a, NULL);
    g_autoptr(Container) readers = containers_enter(fixture->containers, &paths, NULL);

    assert_ptr_equal(bound, readers);
}

static void
the_same_again_is_the_same(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) a = add(fixture, "one", "/a", NULL);
    g_autoptr(Registered) again = add(fixture, "one", "/a", NULL);

    assert_ptr_equal(a, again);
    assert_int_equal(registry_size(fixture->registry), 1);
}

static void
a_name_that_another_container_has_is_refused(void **state)
{
    Fixture *fixture = *state;

    add_and_forget(fixture, "one", "/a");
    is_refused(fixture, "one", "/b", REGISTRY_ERROR_EXISTS);
    assert_true(has_name(fixture, "one"));
}

static void
the_same_cgroup_with_another_time_is_another(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) a = add(fixture, "one", "/a", NULL);
    const Registration later = {"one", &a->paths, 1000000};
    g_autoptr(GError) error = NULL;

    assert_null(registry_add(fixture->registry, &later, &error));
    assert_true(g_error_matches(error, REGISTRY_ERROR, REGISTRY_ERROR_EXISTS));
}

static void
before_its_cgroup_exists_it_is_pending(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) soon = add(fixture, "soon", "/soon", NULL);

    assert_int_equal(registry_look(fixture->registry, soon), REGISTERED_PENDING);
    assert_true(is_gone(fixture, soon));
    assert_true(has_name(fixture, "soon"));
    make_cgroup(fixture, "soon");
    assert_false(is_gone(fixture, soon));
    assert_int_equal(registry_look(fixture->registry, soon), REGISTERED_LIVE);
}

static void
once_its_cgroup_is_gone_it_leaves(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) a = add(fixture, "one", "/a", NULL);

    remove_cgroup(fixture, "a");
    assert_int_equal(registry_look(fixture->registry, a), REGISTERED_DEAD);
    assert_false(has_name(fixture, "one"));
    assert_null(registry_find(fixture->registry, a->number));
    assert_true(is_gone(fixture, a));
}

static void
one_whose_path_was_made_anew_stays_dead(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) a = add(fixture, "one", "/a", NULL), again = NULL;

    remove_cgroup(fixture, "a");
    make_cgroup(fixture, "between"); /* a file system may give the same inode to the next */
    make_cgroup(fixture, "a");
    again = add(fixture, "one", "/a", NULL);
    assert_ptr_not_equal(a, again);
    assert_true(again->number > a->number);
    assert_int_equal(registry_look(fixture->registry, a), REGISTERED_DEAD);
    assert_true(is_gone(fixture, a));
    assert_false(is_gone(fixture, again));
}

static void
a_name_is_free_once_it_was_taken_away(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) a = add(fixture, "one", "/a", NULL), b = NULL;

    assert_true(registry_remove(fixture->registry, "one"));
    assert_false(registry_remove(fixture->registry, "one"));
    assert_true(is_gone(fixture, a));
    b = add(fixture, "one", "/b", NULL);
    assert_true(b && b->number > a->number);
}

static void
a_list_has_the_living_in_their_order(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) a = add(fixture, "z", "/a", NULL), soon = NULL;
    g_autoptr(GPtrArray) list = NULL;

    add_and_forget(fixture, "y", "/b");
    soon = add(fixture, "x", "/soon", NULL);
    remove_cgroup(fixture, "b");
    list = registry_list(fixture->registry);
    assert_int_equal(list->len, 2);
    assert_ptr_equal(list->pdata[0], a);
    assert_ptr_equal(list->pdata[1], soon);
    assert_int_equal(registry_size(fixture->registry), 2);
}

static void
more_than_there_may_be_are_refused(void **state)
{
    Fixture *fixture = *state;

    add_and_forget(fixture, "1", "/a");
    add_and_forget(fixture, "2", "/b");
    add_and_forget(fixture, "3", "/soon");
    is_refused(fixture, "4", "/a", REGISTRY_ERROR_FULL);
    remove_cgroup(fixture, "b");
    add_and_forget(fixture, "4", "/a");
    assert_int_equal(registry_size(fixture->registry), MAX_REGISTERED);
}

/* The number of @name; 0 if there is none. */
static uint64_t
number_of(const Fixture *fixture, const char *name)
{
    g_autoptr(Registered) registered = registry_find_name(fixture->registry, name);

    return registered ? registered->number : 0;
}

static void
in_the_next_life_a_name_has_its_number_and_its_container(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) before = add(fixture, "one", "/a", NULL), after = NULL;
    uint64_t number = before->number, container = before->container->number;

    before->sizes[2] = 321;
    registry_told(fixture->registry, before);
    live_again(fixture);
    after = registry_find(fixture->registry, number);
    assert_non_null(after);
    assert_string_equal(after->name, "one");
    assert_int_equal(after->state, REGISTERED_LIVE);
    assert_true(after->container->number == container);
    assert_int_equal(after->sizes[2], 321);
}

static void
in_the_next_life_one_that_was_pending_is_found_when_its_cgroup_is_there(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) after = NULL;

    add_and_forget(fixture, "later", "/c");
    live_again(fixture);
    after = registry_find_name(fixture->registry, "later");
    assert_int_equal(registry_look(fixture->registry, after), REGISTERED_PENDING);
    make_cgroup(fixture, "c");
    assert_int_equal(registry_look(fixture->registry, after), REGISTERED_LIVE);
}

static void
whose_cgroup_was_replaced_between_two_lives_is_dead(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(Registered) after = NULL;

    add_and_forget(fixture, "one", "/a");
    rename_cgroup(fixture, "a", "gone");
    make_cgroup(fixture, "a");
    live_again(fixture);
    after = registry_find_name(fixture->registry, "one");
    assert_int_equal(registry_look(fixture->registry, after), REGISTERED_DEAD);
    live_again(fixture);
    assert_true(number_of(fixture, "one") == 0);
}

static void
one_whose_container_is_lost_is_its_container_or_dead(void **state)
{
    Fixture *fixture = *state;

    add_and_forget(fixture, "one", "/a");
    add_and_forget(fixture, "two", "/b");
    for (uint64_t number = 1; number <= 2; number++)
        shelf_drop(fixture->lives->shelf, (ShelfKey){SHELF_CONTAINER, number});
    rename_cgroup(fixture, "b", "gone");
    make_cgroup(fixture, "b");
    live_again(fixture);
    assert_true(number_of(fixture, "one") != 0);
    assert_true(number_of(fixture, "two") == 0);
}

static void
no_number_is_given_in_two_lives(void **state)
{
    Fixture *fixture = *state;
    uint64_t last;

    add_and_forget(fixture, "one", "/a");
    add_and_forget(fixture, "two", "/b");
    last = number_of(fixture, "two");
    assert_true(registry_remove(fixture->registry, "two"));
    live_again(fixture);
    assert_true(number_of(fixture, "two") == 0);
    add_and_forget(fixture, "three", "/b");
    assert_true(number_of(fixture, "three") > last);
}

static void
what_is_no_registration_is_dropped(void **state)
{
    Fixture *fixture = *state;

    add_and_forget(fixture, "one", "/a");
    lives_put_nonsense(fixture->lives, SHELF_NAME, 4711);
    live_again(fixture);
    assert_int_equal(registry_size(fixture->registry), 1);
    assert_int_equal(lives_count(fixture->lives, SHELF_NAME), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_letters_digits_and_three_signs),
        cmocka_unit_test_setup_teardown(who_is_registered_is_found_by_name_and_number, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(its_container_is_that_of_its_cgroup, make, unmake),
        cmocka_unit_test_setup_teardown(the_same_again_is_the_same, make, unmake),
        cmocka_unit_test_setup_teardown(a_name_that_another_container_has_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(the_same_cgroup_with_another_time_is_another, make, unmake),
        cmocka_unit_test_setup_teardown(before_its_cgroup_exists_it_is_pending, make, unmake),
        cmocka_unit_test_setup_teardown(once_its_cgroup_is_gone_it_leaves, make, unmake),
        cmocka_unit_test_setup_teardown(one_whose_path_was_made_anew_stays_dead, make, unmake),
        cmocka_unit_test_setup_teardown(a_name_is_free_once_it_was_taken_away, make, unmake),
        cmocka_unit_test_setup_teardown(a_list_has_the_living_in_their_order, make, unmake),
        cmocka_unit_test_setup_teardown(more_than_there_may_be_are_refused, make, unmake),
        cmocka_unit_test_setup_teardown(in_the_next_life_a_name_has_its_number_and_its_container,
                                        make, unmake),
        cmocka_unit_test_setup_teardown(
            in_the_next_life_one_that_was_pending_is_found_when_its_cgroup_is_there, make, unmake),
        cmocka_unit_test_setup_teardown(whose_cgroup_was_replaced_between_two_lives_is_dead, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(one_whose_container_is_lost_is_its_container_or_dead, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(no_number_is_given_in_two_lives, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_no_registration_is_dropped, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
