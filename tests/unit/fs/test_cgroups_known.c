/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroups_known.h"
#include "tests/unit/cmocka.h"

#define MEMORY CGROUP_MEMORY
#define CPU CGROUP_CPU

/* The path of @place leads to @number in @tick. */
static void
leads(CgroupsKnown *known, unsigned place, uint64_t tick, ino_t number)
{
    cgroups_known_add(known, place, &(CgroupsKnownPlace){.tick = tick, .dev = 1, .ino = number});
}

static ino_t
found(CgroupsKnown *known, unsigned place, uint64_t tick)
{
    CgroupsKnownPlace at;

    return cgroups_known_find(known, place, tick, &at) ? at.ino : 0;
}

static bool
are_its(CgroupsKnown *known, uint64_t tick)
{
    CgroupsSeen seen;

    return cgroups_known_are_its(known, tick, &seen);
}

/* The container is there now. */
static void
prove(CgroupsKnown *known, uint64_t tick)
{
    CgroupsSeen seen;

    (void)cgroups_known_are_its(known, tick, &seen);
    cgroups_known_prove(known, &seen);
}

static void
a_path_is_known_in_its_tick_alone(void **state)
{
    CgroupsKnown known = {0};

    (void)state;
    assert_int_equal(found(&known, MEMORY, 10), 0);
    leads(&known, MEMORY, 10, 7);
    assert_int_equal(found(&known, MEMORY, 10), 7);
    assert_int_equal(found(&known, CPU, 10), 0);
    assert_int_equal(found(&known, MEMORY, 20), 0);
    assert_int_equal(found(&known, MEMORY, 0), 0);
}

static void
who_comes_from_an_older_tick_changes_nothing(void **state)
{
    CgroupsKnown known = {0};

    (void)state;
    leads(&known, MEMORY, 20, 8);
    leads(&known, MEMORY, 10, 7);
    assert_int_equal(found(&known, MEMORY, 20), 8);
}

static void
nothing_is_its_before_it_was_proved(void **state)
{
    CgroupsKnown known = {0};

    (void)state;
    assert_false(are_its(&known, 10));
    leads(&known, MEMORY, 10, 7);
    assert_false(are_its(&known, 10));
    prove(&known, 10);
    assert_true(are_its(&known, 10));
}

static void
what_was_proved_once_is_its_in_later_ticks(void **state)
{
    CgroupsKnown known = {0};

    (void)state;
    leads(&known, MEMORY, 10, 7);
    prove(&known, 10);
    assert_false(are_its(&known, 20)); /* nobody has asked where it leads */
    leads(&known, MEMORY, 20, 7);
    assert_true(are_its(&known, 20));
}

static void
another_cgroup_at_its_path_must_be_proved(void **state)
{
    CgroupsKnown known = {0};

    (void)state;
    leads(&known, MEMORY, 10, 7);
    prove(&known, 10);
    leads(&known, MEMORY, 20, 8);
    assert_false(are_its(&known, 20));
    leads(&known, CPU, 20, 9);
    prove(&known, 20);
    assert_true(are_its(&known, 20));
}

/* Somebody finds another cgroup while the container is looked for: that look says nothing of it. */
static void
what_is_found_during_the_proof_is_not_proved(void **state)
{
    CgroupsKnown known = {0};
    CgroupsSeen seen;

    (void)state;
    leads(&known, MEMORY, 10, 7);
    assert_false(cgroups_known_are_its(&known, 10, &seen));
    leads(&known, CPU, 10, 9);
    cgroups_known_prove(&known, &seen);
    assert_false(are_its(&known, 10));
    prove(&known, 10);
    assert_true(are_its(&known, 10));
}

/* Who identifies the reader has asked one of the paths. */
static void
the_containers_number_tells_where_one_path_leads(void **state)
{
    const uint64_t cpu = CPU;
    CgroupsKnown known = {0};

    (void)state;
    known.id = 7 ^ cpu << CGROUPS_ID_SHIFT;
    cgroups_known_renew(&known, 10);
    assert_int_equal(found(&known, CPU, 10), 0);
    leads(&known, MEMORY, 10, 7);
    leads(&known, CPU, 10, 7);
    cgroups_known_renew(&known, 20);
    assert_int_equal(found(&known, CPU, 20), 7);
    assert_int_equal(found(&known, MEMORY, 20), 0);
    known.id = 8 ^ cpu << CGROUPS_ID_SHIFT;
    cgroups_known_renew(&known, 30);
    assert_int_equal(found(&known, CPU, 30), 0);
}

static void
the_container_s_own_cgroup_is_used_without_asking(void **state)
{
    CgroupsKnown known = {.id = 7 ^ (uint64_t)MEMORY << CGROUPS_ID_SHIFT};
    CgroupsKnownPlace at = {0};

    (void)state;
    leads(&known, MEMORY, 10, 7);
    assert_false(cgroups_known_use(&known, MEMORY, 10, &at));
    prove(&known, 10);
    assert_false(are_its(&known, 20));
    assert_true(cgroups_known_use(&known, MEMORY, 20, &at));
    assert_int_equal(at.ino, 7);
    assert_true(are_its(&known, 20));
    assert_int_equal(found(&known, MEMORY, 20), 0); /* where the path leads is not known by that */
}

static void
any_other_cgroup_of_its_is_asked_for(void **state)
{
    CgroupsKnown known = {.id = 7 ^ (uint64_t)MEMORY << CGROUPS_ID_SHIFT};
    CgroupsKnownPlace at = {0};

    (void)state;
    leads(&known, MEMORY, 10, 7);
    leads(&known, CPU, 10, 9);
    prove(&known, 10);
    assert_true(cgroups_known_use(&known, MEMORY, 20, &at));
    assert_false(cgroups_known_use(&known, CPU, 20, &at));
    leads(&known, MEMORY, 20, 8);
    assert_false(are_its(&known, 20));
    prove(&known, 20);
    assert_false(cgroups_known_use(&known, MEMORY, 30, &at));
}

/* What he found afterwards, another's perhaps, was not entered. */
static void
who_was_overtaken_has_no_proof(void **state)
{
    CgroupsKnown known = {.id = 7 ^ (uint64_t)MEMORY << CGROUPS_ID_SHIFT};
    CgroupsKnownPlace at = {0};

    (void)state;
    leads(&known, MEMORY, 10, 7);
    prove(&known, 10);
    assert_true(cgroups_known_use(&known, MEMORY, 20, &at));
    cgroups_known_renew(&known, 30);
    leads(&known, MEMORY, 20, 8);
    assert_false(are_its(&known, 20));
    assert_true(are_its(&known, 30));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_known_in_its_tick_alone),
        cmocka_unit_test(who_comes_from_an_older_tick_changes_nothing),
        cmocka_unit_test(nothing_is_its_before_it_was_proved),
        cmocka_unit_test(what_was_proved_once_is_its_in_later_ticks),
        cmocka_unit_test(another_cgroup_at_its_path_must_be_proved),
        cmocka_unit_test(what_is_found_during_the_proof_is_not_proved),
        cmocka_unit_test(the_container_s_own_cgroup_is_used_without_asking),
        cmocka_unit_test(any_other_cgroup_of_its_is_asked_for),
        cmocka_unit_test(who_was_overtaken_has_no_proof),
        cmocka_unit_test(the_containers_number_tells_where_one_path_leads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
