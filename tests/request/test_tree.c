/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/tree.h"
#include "tests/unit/cmocka.h"

static const ProcFile files[] = {
    {.path = "proc/meminfo"},
    {.path = "proc/pressure/cpu"},
    {.path = "sys/devices/system/cpu/online"},
    {.path = "proc/stat"},
};

static int
grow(void **state)
{
    *state = tree_new(files, G_N_ELEMENTS(files));
    return 0;
}

static int
fell(void **state)
{
    tree_free(*state);
    return 0;
}

static const TreeEntry *
walk(const Tree *tree, const char *path)
{
    const TreeEntry *entry = tree_find(tree, TREE_ROOT);
    g_auto(GStrv) names = g_strsplit(path, "/", -1);

    for (unsigned i = 0; names[i] && entry; i++)
        entry = tree_child(tree, entry, names[i]);
    return entry;
}

static void
every_file_is_found_by_its_path(void **state)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        const TreeEntry *entry = walk(*state, files[i].path);

        assert_non_null(entry);
        assert_ptr_equal(entry->file, &files[i]);
    }
}

static void
what_is_not_there_is_not_found(void **state)
{
    assert_null(walk(*state, "proc/mem"));
    assert_null(walk(*state, "proc/meminfo/x"));
    assert_null(walk(*state, "meminfo"));
    assert_null(walk(*state, ".."));
    assert_null(walk(*state, "proc/"));
}

static void
a_node_leads_back_to_its_entry_and_container(void **state)
{
    const TreeEntry *entry = walk(*state, "proc/stat");
    uint64_t node = tree_node(entry, 0x123456789a);

    assert_ptr_equal(tree_find(*state, node), entry);
    assert_true(tree_node_container(node) == 0x123456789a);
}

static void
two_containers_share_no_node_of_a_file(void **state)
{
    const TreeEntry *entry = walk(*state, "proc/meminfo");

    assert_true(tree_node(entry, 7) != tree_node(entry, 8));
    assert_true(tree_node(entry, 7) != tree_node(entry, 0));
}

static void
two_files_of_a_container_share_no_node(void **state)
{
    assert_true(tree_node(walk(*state, "proc/meminfo"), 7) !=
                tree_node(walk(*state, "proc/stat"), 7));
}

static void
a_directory_is_the_same_for_everybody(void **state)
{
    const TreeEntry *entry = walk(*state, "sys/devices/system/cpu");

    assert_null(entry->file);
    assert_true(tree_node(entry, 7) == tree_node(entry, 0));
}

static void
a_node_that_was_never_given_is_not_found(void **state)
{
    const TreeEntry *dir = walk(*state, "proc");

    assert_null(tree_find(*state, 0));
    assert_null(tree_find(*state, 0xfe));
    assert_null(tree_find(*state, dir->number | 7 << 8)); /* a container's directory */
}

static void
the_metrics_are_the_same_for_everybody(void **state)
{
    const TreeEntry *entry = walk(*state, "metrics");

    assert_ptr_equal(entry->file, &tree_metrics);
    assert_true(tree_node(entry, 7) == tree_node(entry, 0));
    assert_ptr_equal(tree_find(*state, tree_node(entry, 0)), entry);
    assert_null(tree_find(*state, entry->number | 7 << 8)); /* a container's metrics */
}

static void
a_listing_has_each_name_once(void **state)
{
    const TreeEntry *dir = walk(*state, "proc"), *entry = NULL;
    g_autoptr(GString) names = g_string_new(NULL);

    while ((entry = tree_next(*state, dir, entry ? entry->number : 0)))
        g_string_append_printf(names, "%s ", entry->name);
    assert_string_equal(names->str, "pressure meminfo stat ");
}

static void
directories_know_how_many_are_in_them(void **state)
{
    assert_int_equal(tree_find(*state, TREE_ROOT)->n_dirs, 2);
    assert_int_equal(walk(*state, "proc")->n_dirs, 1);
    assert_int_equal(walk(*state, "sys/devices/system/cpu")->n_dirs, 0);
}

static void
the_root_is_its_own_parent(void **state)
{
    const TreeEntry *root = tree_find(*state, TREE_ROOT);

    assert_ptr_equal(tree_parent(*state, root), root);
    assert_ptr_equal(tree_parent(*state, walk(*state, "proc/stat")), walk(*state, "proc"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_file_is_found_by_its_path, grow, fell),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found, grow, fell),
        cmocka_unit_test_setup_teardown(a_node_leads_back_to_its_entry_and_container, grow, fell),
        cmocka_unit_test_setup_teardown(two_containers_share_no_node_of_a_file, grow, fell),
        cmocka_unit_test_setup_teardown(two_files_of_a_container_share_no_node, grow, fell),
        cmocka_unit_test_setup_teardown(the_metrics_are_the_same_for_everybody, grow, fell),
        cmocka_unit_test_setup_teardown(a_directory_is_the_same_for_everybody, grow, fell),
        cmocka_unit_test_setup_teardown(a_node_that_was_never_given_is_not_found, grow, fell),
        cmocka_unit_test_setup_teardown(a_listing_has_each_name_once, grow, fell),
        cmocka_unit_test_setup_teardown(directories_know_how_many_are_in_them, grow, fell),
        cmocka_unit_test_setup_teardown(the_root_is_its_own_parent, grow, fell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
