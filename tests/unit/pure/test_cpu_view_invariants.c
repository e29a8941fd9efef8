/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What holds over any sequence of looks, limits, cpusets and counters: 100,000 looks at 1,000
 * containers (fixed seed), half of them with counters no kernel would show. */

#include "common/number.h"
#include "fs/view/cpu_view.h"
#include "tests/unit/pure/rendering.h"

#define N_CONTAINERS 1000
#define N_LOOKS 100
#define N_HOST_CPUS 8

/* One container of a host with N_HOST_CPUS. */
typedef struct {
    CgroupCpu cpu;
    CpuUsage per_cpu[N_HOST_CPUS];
    uint64_t age;
    bool is_sane; /* its counters only grow, by no more than its CPUs can do */
} Container;

static uint64_t
up_to(GRand *rand, uint64_t max)
{
    return (uint64_t)g_rand_double_range(rand, 0, (double)max + 1);
}

static void
change_limits(Container *container, GRand *rand)
{
    CgroupCpu *cpu = &container->cpu;

    memset(&cpu->cpus, 0, sizeof cpu->cpus);
    for (unsigned i = 0; i < N_HOST_CPUS; i++)
        if (g_rand_boolean(rand))
            cpuset_add(&cpu->cpus, i);
    cpu->period = g_rand_boolean(rand) ? 100 * MSEC : up_to(rand, SEC);
    cpu->quota = g_rand_boolean(rand) ? CGROUP_NO_LIMIT : up_to(rand, SEC);
}

static void
run_sanely(Container *container, GRand *rand, uint64_t passed)
{
    CgroupCpu *cpu = &container->cpu;

    cpu->nice += up_to(rand, passed / 4);
    cpu->throttled += up_to(rand, passed * N_HOST_CPUS);
    for (unsigned i = 0; i < N_HOST_CPUS; i++) {
        uint64_t user = up_to(rand, passed / 2), system = up_to(rand, passed / 4);

        container->per_cpu[i].user += user;
        container->per_cpu[i].system += system;
        cpu->user += user;
        cpu->system += system;
    }
}

static uint64_t
any_number(GRand *rand)
{
    uint64_t low = g_rand_int(rand), high = g_rand_int(rand);

    return (high << 32 | low) >> g_rand_int_range(rand, 0, 64);
}

static void
run_wildly(Container *container, GRand *rand)
{
    CgroupCpu *cpu = &container->cpu;

    cpu->user = any_number(rand);
    cpu->nice = any_number(rand);
    cpu->system = any_number(rand);
    cpu->throttled = any_number(rand);
    for (unsigned i = 0; i < N_HOST_CPUS; i++)
        container->per_cpu[i] = (CpuUsage){any_number(rand), any_number(rand)};
    cpu->n_per_cpu = (unsigned)g_rand_int_range(rand, 0, N_HOST_CPUS + 1);
    cpu->per_cpu = cpu->n_per_cpu > 0 ? container->per_cpu : NULL;
}

static void
has_not_decreased(const CpuTimes *before, const CpuTimes *after)
{
    assert_true(after->user >= before->user && after->nice >= before->nice);
    assert_true(after->system >= before->system && after->idle >= before->idle);
    assert_true(after->steal >= before->steal);
}

static void
only_grows(const CpuView *before, const CpuView *after)
{
    assert_true(after->n_seen >= before->n_seen && after->n_online <= after->n_seen);
    assert_true(after->elapsed >= before->elapsed);
    has_not_decreased(&before->total, &after->total);
    for (unsigned i = 0; i < before->n_seen; i++) {
        has_not_decreased(&before->cpus[i], &after->cpus[i]);
        assert_true(after->capacity[i] >= before->capacity[i]);
    }
}

/* A CPU is idle or stolen for no longer than it has been online. */
static void
idle_fits(const CpuView *view)
{
    uint64_t idle = 0, user = 0, steal = 0;

    for (unsigned i = 0; i < view->n_seen; i++) {
        const CpuTimes *cpu = &view->cpus[i];

        assert_true(number_add(cpu->idle, cpu->steal) <= view->elapsed);
        assert_true(cpu->idle <= view->capacity[i]);
        idle = number_add(idle, cpu->idle);
        user = number_add(user, cpu->user);
        steal = number_add(steal, cpu->steal);
    }
    assert_true(view->total.idle == idle && view->total.user == user);
    assert_true(view->total.steal == steal);
}

/* Nothing that was used is lost or invented. */
static void
usage_is_exact(const CpuView *view, const Container *container)
{
    assert_true(view->total.user == container->cpu.user);
    assert_true(view->total.system == container->cpu.system);
    assert_true(view->total.nice == container->cpu.nice);
}

static void
look(CpuView *view, const Container *container)
{
    static const CpuPolicy policies[] = {CPU_POLICY_CEIL, CPU_POLICY_ROUND, CPU_POLICY_CPUSET};
    CpuSet shown = cpu_view_shown(&container->cpu, policies[container->age % 3]);
    g_auto(CpuView) before = {0};

    cpu_view_copy(view, &before);
    cpu_view_advance(view, &container->cpu, &shown, container->age);
    assert_int_equal(view->n_online, cpuset_count(&shown));
    only_grows(&before, view);
    idle_fits(view);
    if (container->is_sane)
        usage_is_exact(view, container);
}

static void
live(Container *container, GRand *rand)
{
    g_auto(CpuView) view = {0};

    for (int i = 0; i < N_LOOKS; i++) {
        uint64_t passed = up_to(rand, g_rand_boolean(rand) ? 10 * MSEC : 10 * SEC);

        if (i == 0 || g_rand_int_range(rand, 0, 5) == 0)
            change_limits(container, rand);
        if (container->is_sane)
            run_sanely(container, rand, passed);
        else
            run_wildly(container, rand);
        container->age += passed;
        look(&view, container);
    }
}

static void
counters_that_grow_keep_every_invariant(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(22);

    (void)state;
    for (int i = 0; i < N_CONTAINERS / 2; i++) {
        Container container = {.is_sane = true};

        if (i % 2) {
            container.cpu.per_cpu = container.per_cpu;
            container.cpu.n_per_cpu = N_HOST_CPUS;
        }
        live(&container, rand);
    }
}

static void
counters_that_jump_keep_ours_from_decreasing(void **state)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(23);

    (void)state;
    for (int i = 0; i < N_CONTAINERS / 2; i++) {
        Container container = {0};

        live(&container, rand);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_that_grow_keep_every_invariant),
        cmocka_unit_test(counters_that_jump_keep_ours_from_decreasing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
