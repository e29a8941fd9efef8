/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/memory_view.h"
#include "tests/unit/pure/rendering.h"

static const HostMemory host = {
    .huge_size = 2 * MIB, .huge_total = 10, .huge_free = 6, .huge_reserved = 2};

static MemoryView
view_of(const CgroupHugetlb *group)
{
    MemoryView view = {0};

    memory_view_huge(&view, &host, group);
    return view;
}

static void
an_unlimited_container_may_use_the_whole_pool(void **state)
{
    MemoryView view = view_of(&(CgroupHugetlb){CGROUP_NO_LIMIT, CGROUP_NO_LIMIT, true, 0});

    (void)state;
    assert_int_equal(view.huge_total, 10);
    assert_int_equal(view.huge_free, 6);
    assert_int_equal(view.huge_reserved, 0);
    assert_int_equal(view.hugetlb, 20 * MIB);
}

static void
a_limit_is_the_size_of_its_pool(void **state)
{
    MemoryView view = view_of(&(CgroupHugetlb){8 * MIB, 6 * MIB, true, 2 * MIB});

    (void)state;
    assert_int_equal(view.huge_total, 4);
    assert_int_equal(view.huge_free, 3);
    assert_int_equal(view.huge_reserved, 1);
    assert_int_equal(view.hugetlb, 8 * MIB);
}

static void
no_more_is_free_than_the_host_has(void **state)
{
    MemoryView view = view_of(&(CgroupHugetlb){18 * MIB, 18 * MIB, true, 18 * MIB});

    (void)state;
    assert_int_equal(view.huge_total, 9);
    assert_int_equal(view.huge_free, 6);
    assert_int_equal(view.huge_reserved, 6);
}

static void
a_limit_below_a_page_is_no_page(void **state)
{
    MemoryView view = view_of(&(CgroupHugetlb){MIB, MIB, true, 0});

    (void)state;
    assert_int_equal(view.huge_total + view.huge_free + view.hugetlb, 0);
}

static void
without_the_controller_reservations_are_the_hosts(void **state)
{
    MemoryView view = view_of(&(CgroupHugetlb){CGROUP_NO_LIMIT, CGROUP_NO_LIMIT, false, 0});

    (void)state;
    assert_int_equal(view.huge_reserved, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unlimited_container_may_use_the_whole_pool),
        cmocka_unit_test(a_limit_is_the_size_of_its_pool),
        cmocka_unit_test(no_more_is_free_than_the_host_has),
        cmocka_unit_test(a_limit_below_a_page_is_no_page),
        cmocka_unit_test(without_the_controller_reservations_are_the_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
