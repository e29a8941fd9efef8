/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/tree.h"
#include "tests/unit/cmocka.h"

static const ProcFile files[] = {
    {.path = "proc/meminfo"},
    {.path = "proc/pressure/cpu"},
    {.path = "sys/devices/system/cpu/online"},
    {.path = "proc/stat"},
    {.path = "sys/devices/system/cpu/cpu%u/online"},
    {.path = "sys/devices/system/cpu/cpu%u/cache/index%u/size", .needs = NEED_OWN_TEXT},
    {.path = "sys/devices/system/cpu/smt/active", .needs = NEED_OWN_TEXT},
    {.path = "sys/devices/system/node/node%u/distance", .needs = NEED_OWN_TEXT},
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

static TreePlace
walk(const Tree *tree, const char *path)
{
    TreePlace place = tree_find(tree, TREE_ROOT);
    g_auto(GStrv) names = g_strsplit(path, "/", -1);

    for (unsigned i = 0; names[i] && place.entry; i++)
        place = tree_child(tree, &place, names[i]);
    return place;
}

static uint64_t
node_of(const Tree *tree, const char *path, uint64_t container)
{
    const TreePlace place = walk(tree, path);

    assert_non_null(place.entry);
    return tree_node(&place, container);
}

static void
every_file_is_found_by_its_path(void **state)
{
    static const ProcNumbers numbers = {{12, 3}};

    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = proc_path(files[i].path, &numbers);
        const TreePlace place = walk(*state, path);

        assert_non_null(place.entry);
        assert_ptr_equal(place.entry->file, &files[i]);
    }
}

static void
what_is_not_there_is_not_found(void **state)
{
    assert_null(walk(*state, "proc/mem").entry);
    assert_null(walk(*state, "proc/meminfo/x").entry);
    assert_null(walk(*state, "meminfo").entry);
    assert_null(walk(*state, "..").entry);
    assert_null(walk(*state, "proc/").entry);
}

static void
a_node_leads_back_to_its_entry_and_container(void **state)
{
    const TreePlace place = walk(*state, "proc/stat");
    uint64_t number = UINT64_C(0xfedcba9876), node = tree_node(&place, number);

    assert_ptr_equal(tree_find(*state, node).entry, place.entry);
    assert_true(tree_node_container(node) == number);
}

static void
two_containers_share_no_node_of_a_file(void **state)
{
    const char *path = "proc/meminfo";

    assert_true(node_of(*state, path, 7) != node_of(*state, path, 8));
    assert_true(node_of(*state, path, 7) != node_of(*state, path, 0));
}

static void
two_files_of_a_container_share_no_node(void **state)
{
    assert_true(node_of(*state, "proc/meminfo", 7) != node_of(*state, "proc/stat", 7));
}

static void
a_directory_is_the_same_for_everybody(void **state)
{
    static const char *const paths[] = {"sys/devices/system/cpu", "sys/devices/system/cpu/cpu3",
                                        "sys/devices/system/cpu/cpu3/cache"};

    for (unsigned i = 0; i < G_N_ELEMENTS(paths); i++) {
        assert_null(walk(*state, paths[i]).entry->file);
        assert_true(node_of(*state, paths[i], 7) == node_of(*state, paths[i], 0));
    }
}

static void
a_node_that_was_never_given_is_not_found(void **state)
{
    const uint64_t container = UINT64_C(7) << 24, first_number = 7 << 11;

    assert_null(tree_find(*state, 0).entry);
    assert_null(tree_find(*state, 0xfe).entry);
    assert_null(tree_find(*state, node_of(*state, "proc", 0) | container).entry);
    assert_null(tree_find(*state, node_of(*state, "proc", 0) | first_number).entry);
    assert_null(tree_find(*state, node_of(*state, "proc/stat", 9) | first_number).entry);
    assert_null(
        tree_find(*state, node_of(*state, "sys/devices/system/cpu/cpu3", 0) | 1 << 8).entry);
}

static void
the_metrics_are_the_same_for_everybody(void **state)
{
    uint64_t node = node_of(*state, "metrics", 0);

    assert_ptr_equal(walk(*state, "metrics").entry->file, &tree_metrics);
    assert_true(node_of(*state, "metrics", 7) == node);
    assert_ptr_equal(tree_find(*state, node).entry->file, &tree_metrics);
    assert_null(tree_find(*state, node | UINT64_C(7) << 24).entry); /* a container's metrics */
}

static void
a_listing_has_each_name_once(void **state)
{
    const TreeEntry *dir = walk(*state, "proc").entry, *entry = NULL;
    g_autoptr(GString) names = g_string_new(NULL);

    while ((entry = tree_next(*state, dir, entry ? entry->number : 0)))
        g_string_append_printf(names, "%s ", entry->name);
    assert_string_equal(names->str, "pressure meminfo stat ");
}

static void
directories_know_how_many_are_in_them(void **state)
{
    assert_int_equal(tree_find(*state, TREE_ROOT).entry->n_dirs, 2);
    assert_int_equal(walk(*state, "proc").entry->n_dirs, 1);
    assert_int_equal(walk(*state, "sys/devices/system/cpu/cpu1/cache/index0").entry->n_dirs, 0);
}

static void
the_root_is_its_own_parent(void **state)
{
    const TreePlace root = tree_find(*state, TREE_ROOT), stat = walk(*state, "proc/stat");

    assert_ptr_equal(tree_parent(*state, &root).entry, root.entry);
    assert_ptr_equal(tree_parent(*state, &stat).entry, walk(*state, "proc").entry);
}

static void
numbers_lead_back_from_a_node(void **state)
{
    uint64_t node = node_of(*state, "sys/devices/system/cpu/cpu8191/cache/index7/size", 77);
    const TreePlace place = tree_find(*state, node);

    assert_ptr_equal(place.entry->file, &files[5]);
    assert_int_equal(place.numbers.of[0], 8191);
    assert_int_equal(place.numbers.of[1], 7);
    assert_true(tree_node_container(node) == 77);
}

static void
a_number_is_written_in_one_way(void **state)
{
    static const char *const names[] = {
        "cpu",   "cpu%u", "cpu01", "cpu-1",  "cpu+1", "cpu 1",   "cpu1 ",
        "cpu1x", "cpux1", "xcpu1", "cpu0x1", "CPU1",  "cpu8192", "cpu99999999999999999999"};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strconcat("sys/devices/system/cpu/", names[i], NULL);

        assert_null(walk(*state, path).entry);
    }
    assert_null(walk(*state, "sys/devices/system/cpu/cpu1/cache/index8").entry);
}

static void
the_parent_of_one_of_many_has_no_number_of_it(void **state)
{
    const TreePlace index = walk(*state, "sys/devices/system/cpu/cpu5/cache/index2");
    const TreePlace cache = tree_parent(*state, &index), cpu = tree_parent(*state, &cache);
    const TreePlace cpus = tree_parent(*state, &cpu);

    assert_true(tree_node(&cache, 0) == node_of(*state, "sys/devices/system/cpu/cpu5/cache", 0));
    assert_true(tree_node(&cpu, 0) == node_of(*state, "sys/devices/system/cpu/cpu5", 0));
    assert_true(tree_node(&cpus, 0) == node_of(*state, "sys/devices/system/cpu", 0));
}

static void
what_a_looker_finds_has_inodes_of_its_own_that_32_bits_hold(void **state)
{
    const TreePlace one = walk(*state, "sys/devices/system/cpu/cpu1/online");
    const TreePlace last = walk(*state, "sys/devices/system/cpu/cpu8191/cache/index7/size");

    assert_true(tree_inode(&one) != tree_inode(&last));
    assert_true(tree_inode(&last) <= UINT32_MAX);
}

static void
directories_of_the_kernels_files_alone_are_the_kernels(void **state)
{
    assert_true(walk(*state, "sys/devices/system/cpu/smt").entry->is_kernels);
    assert_true(walk(*state, "sys/devices/system/node").entry->is_kernels);
    assert_true(walk(*state, "sys/devices/system/cpu/cpu0/cache").entry->is_kernels);
    assert_false(walk(*state, "sys/devices/system/cpu/cpu0").entry->is_kernels);
    assert_false(walk(*state, "sys/devices").entry->is_kernels);
}

static void
only_some_directories_are_everybodys(void **state)
{
    assert_true(tree_is_everybodys(walk(*state, "sys/devices/system/cpu").entry));
    assert_true(walk(*state, "sys/devices/system/cpu").entry->is_varied);
    assert_false(tree_is_everybodys(walk(*state, "sys/devices/system/cpu/cpu0").entry));
    assert_false(tree_is_everybodys(walk(*state, "sys/devices/system/cpu/smt").entry));
    assert_false(walk(*state, "proc").entry->is_varied);
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
        cmocka_unit_test_setup_teardown(numbers_lead_back_from_a_node, grow, fell),
        cmocka_unit_test_setup_teardown(a_number_is_written_in_one_way, grow, fell),
        cmocka_unit_test_setup_teardown(the_parent_of_one_of_many_has_no_number_of_it, grow, fell),
        cmocka_unit_test_setup_teardown(what_a_looker_finds_has_inodes_of_its_own_that_32_bits_hold,
                                        grow, fell),
        cmocka_unit_test_setup_teardown(directories_of_the_kernels_files_alone_are_the_kernels,
                                        grow, fell),
        cmocka_unit_test_setup_teardown(only_some_directories_are_everybodys, grow, fell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
