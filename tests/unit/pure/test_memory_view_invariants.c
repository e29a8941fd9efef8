/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds for every host and cgroup whatever its files say, on 100,000 of them (fixed seed). */

#include "common/number.h"
#include "fs/view/memory_view.h"
#include "tests/unit/pure/random.h"
#include "tests/unit/pure/rendering.h"

#define N_SNAPSHOTS 100000

static CgroupMemory
random_group(GRand *rand)
{
    CgroupMemory group = {0};
    size_t stats = (sizeof group - offsetof(CgroupMemory, swap_limit)) / sizeof(uint64_t);

    group.swap_known = g_rand_boolean(rand);
    random_numbers(rand, &group.limit, 3);
    random_numbers(rand, &group.swap_limit, stats);
    return group;
}

static void
holds(const HostMemory *host, const CgroupMemory *group)
{
    MemoryView v = memory_view(host, group);
    uint64_t parts[] = {v.free,        v.cached,       v.anon_pages,  v.slab,
                        v.swap_cached, v.kernel_stack, v.page_tables, v.sec_page_tables,
                        v.percpu,      v.zswap,        v.vmalloc_used};
    uint64_t used = 0;

    assert_true(v.free <= v.available && v.available <= v.total);
    assert_true(v.total <= MAX(MIN(host->total, group->limit), 4096));
    assert_true(v.available <= host->available);
    if (group->limit >= host->total)
        assert_true(v.free <= host->free);
    assert_true(v.swap_free <= v.swap_total && v.swap_total <= host->swap_total);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        used = number_add(used, parts[i]);
    assert_true(used <= v.total);
    assert_true(v.active + v.inactive + v.unevictable <= v.total - v.free);
    assert_true(v.shmem <= v.cached && v.mapped <= v.cached && v.dirty <= v.cached);
    assert_true(v.dirty + v.writeback <= v.total - v.free);
    assert_true(v.anon_huge_pages <= v.anon_pages && v.shmem_huge_pages <= v.shmem);
    assert_true(v.file_huge_pages + v.shmem <= v.cached);
    assert_true(v.sreclaimable + v.sunreclaim == v.slab && v.kreclaimable >= v.sreclaimable);
    assert_true(v.swap_cached <= v.swap_total - v.swap_free);
    assert_true(v.zswapped <= v.swap_total - v.swap_free);
    assert_true(v.committed <= v.commit_limit);
}

static void
no_numbers_break_an_invariant(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(20);

    (void)state;
    for (int i = 0; i < N_SNAPSHOTS; i++) {
        HostMemory host;
        CgroupMemory group = random_group(rand);

        random_numbers(rand, (uint64_t *)(void *)&host, sizeof host / sizeof(uint64_t));
        holds(&host, &group);
    }
}

/* Numbers as a container of 256 MiB on a real host has them: the same must hold where nothing is
 * extreme and memory.stat is only a little ahead of usage. */
static void
likely_numbers_break_none_either(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(21);
    HostMemory host = {.total = 16 * GIB, .free = 1 * GIB, .available = 3 * GIB};

    (void)state;
    for (int i = 0; i < N_SNAPSHOTS; i++) {
        CgroupMemory group = {.limit = 256 * MIB};
        uint64_t *numbers = &group.anon;
        size_t n = (sizeof group - offsetof(CgroupMemory, anon)) / sizeof(uint64_t);

        group.usage = (uint64_t)g_rand_int_range(rand, 0, 257) * MIB;
        group.room = 256 * MIB - group.usage;
        for (size_t j = 0; j < n; j++)
            numbers[j] = (uint64_t)g_rand_int_range(rand, 0, 64) * MIB;
        holds(&host, &group);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_numbers_break_an_invariant),
        cmocka_unit_test(likely_numbers_break_none_either),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
