/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/view/cpu_view.h"

#include "common/number.h"

#include <string.h>

/* The longest period the kernel takes (linux:kernel/sched/core.c, max_bw_quota_period_us). */
#define PERIOD_MAX G_USEC_PER_SEC

#define TICK_USEC 10000u /* USER_HZ */

/* A CPU may owe this much, and a period more: samples are not taken at one instant, and several of
 * the host's CPUs may burn the quota of a period at once.  What is owed beyond that was used under
 * a higher limit and is forgiven, or the CPU could not be idle for as long. */
#define DEBT_MAX (100 * UINT64_C(1000))

/* How many CPUs the quota is worth. */
static unsigned
quota_cpus(const CgroupCpu *cpu, CpuPolicy policy)
{
    uint64_t whole, rest;

    if (policy == CPU_POLICY_CPUSET || cpu->quota == CGROUP_NO_LIMIT || cpu->period == 0)
        return CPUSET_MAX;
    whole = cpu->quota / cpu->period;
    rest = cpu->quota % cpu->period;
    if (policy == CPU_POLICY_CEIL ? rest > 0 : rest >= cpu->period - rest)
        whole++;
    return (unsigned)CLAMP(whole, 1, CPUSET_MAX);
}

CpuSet
cpu_view_shown(const CgroupCpu *cpu, CpuPolicy policy)
{
    CpuSet shown = cpuset_first(&cpu->cpus, quota_cpus(cpu, policy));

    if (cpuset_count(&shown) == 0)
        cpuset_add(&shown, 0);
    return shown;
}

static void
grow(uint64_t *counter, uint64_t by)
{
    *counter = number_add(*counter, by);
}

/* Shows @n CPUs from now on.  New ones start at zero, those seen before go on. */
static void
show(CpuView *view, unsigned n)
{
    view->n_online = n;
    if (n <= view->n_seen)
        return;
    view->cpus = g_renew(CpuTimes, view->cpus, n);
    view->capacity = g_renew(uint64_t, view->capacity, n);
    memset(view->cpus + view->n_seen, 0, (n - view->n_seen) * sizeof *view->cpus);
    memset(view->capacity + view->n_seen, 0, (n - view->n_seen) * sizeof *view->capacity);
    view->n_seen = n;
}

/* Which CPUs are its own; whatever was known of each is forgotten. */
static void
remember_cpus(CpuLast *last, const CgroupCpu *now)
{
    if (last->n_per_cpu != now->n_per_cpu)
        last->per_cpu = g_renew(CpuUsed, last->per_cpu, now->n_per_cpu);
    last->n_per_cpu = now->n_per_cpu;
    last->n_its = 0;
    for (unsigned cpu = 0; cpu < now->n_per_cpu; cpu++) {
        last->per_cpu[cpu] = (CpuUsed){.is_its = cpuset_has(&now->cpus, cpu)};
        last->n_its += last->per_cpu[cpu].is_its;
    }
}

/* "At birth nothing was used, and these CPUs were there." */
static void
begin(CpuView *view, const CgroupCpu *now, const CpuSet *shown)
{
    show(view, cpuset_count(shown));
    remember_cpus(&view->last, now);
}

/* Gives @amount to the CPUs online, evenly, of the field at @offset in CpuTimes. */
static void
spread(CpuView *view, size_t offset, uint64_t amount)
{
    for (unsigned i = 0; i < view->n_online; i++) {
        uint64_t share = amount / (view->n_online - i);

        grow(&G_STRUCT_MEMBER(uint64_t, &view->cpus[i], offset), share);
        amount -= share;
    }
}

static uint64_t
whole(const CpuUsage *usage)
{
    return usage->total > 0 ? usage->total : number_add(usage->user, usage->system);
}

/* What was used on a CPU between two looks.  user and system are sampled at ticks and tell only how
 * the exact total divides; between two ticks, as it did so far. */
static CpuUsage
used_between(const CpuUsage *last, const CpuUsage *now)
{
    uint64_t total = number_sub(whole(now), whole(last));
    uint64_t user = number_sub(now->user, last->user);
    uint64_t system = number_sub(now->system, last->system);
    uint64_t sampled = number_add(user, system);

    if (sampled == 0) {
        user = now->user;
        sampled = number_add(now->user, now->system);
    }
    user = sampled == 0 ? total : MIN(number_mul_div(total, user, sampled), total);
    return (CpuUsage){.user = user, .system = total - user};
}

/* Gives what was used on the host's CPUs to the virtual ones, one to one where all the container
 * may use are shown.  Returns what is left: used where the container may not be (any more), or by
 * a container that is shown fewer CPUs than it runs on. */
static CpuUsage
take_per_cpu(CpuView *view, const CgroupCpu *now)
{
    const CpuLast *last = &view->last;
    bool one_to_one = view->n_online == last->n_its;
    CpuUsage rest = {0};
    unsigned next = 0;

    for (unsigned cpu = 0; cpu < MIN(now->n_per_cpu, last->n_per_cpu); cpu++) {
        CpuUsage used = used_between(&last->per_cpu[cpu].usage, &now->per_cpu[cpu]);
        bool own = one_to_one && last->per_cpu[cpu].is_its;

        grow(own ? &view->cpus[next].user : &rest.user, used.user);
        grow(own ? &view->cpus[next].system : &rest.system, used.system);
        next += own;
    }
    return rest;
}

static void
take_usage(CpuView *view, const CgroupCpu *now)
{
    const CpuLast *last = &view->last;
    CpuUsage rest;

    if (now->n_per_cpu > 0 && last->n_per_cpu > 0)
        rest = take_per_cpu(view, now);
    else
        rest = (CpuUsage){number_sub(now->user, last->user), number_sub(now->system, last->system)};
    spread(view, offsetof(CpuTimes, user), rest.user);
    spread(view, offsetof(CpuTimes, system), rest.system);
    spread(view, offsetof(CpuTimes, nice), number_sub(now->nice, last->nice));
}

static uint64_t
accounted(const CpuTimes *cpu)
{
    uint64_t busy = number_add(number_add(cpu->user, cpu->nice), cpu->system);

    return number_add(busy, number_add(cpu->idle, cpu->steal));
}

/* What was not used was stolen as far as the container was throttled, else idle.  The kernel tells
 * of throttling when it ends, so under a quota the last period is left undecided: calling it
 * idle at once would leave nothing to be steal. */
static void
take_rest(CpuView *view, const CgroupCpu *now)
{
    uint64_t throttled = number_sub(now->throttled, view->last.throttled);
    uint64_t undecided = now->quota == CGROUP_NO_LIMIT ? 0 : MIN(now->period, PERIOD_MAX);
    uint64_t debt_max = DEBT_MAX + undecided;

    for (unsigned i = 0; i < view->n_online; i++) {
        CpuTimes *cpu = &view->cpus[i];
        uint64_t known = accounted(cpu), left, stolen, idle;

        view->capacity[i] = MAX(view->capacity[i], number_sub(known, debt_max));
        left = number_sub(view->capacity[i], known);
        stolen = MIN(throttled / (view->n_online - i), left);
        throttled -= stolen;
        grow(&cpu->steal, stolen);
        idle = number_sub(left - stolen, undecided);
        if (idle == 0 && accounted(cpu) == 0) /* all zeros is a CPU that is offline, to sysstat */
            idle = MIN(left, TICK_USEC);
        grow(&cpu->idle, idle);
    }
}

static void
sum(CpuView *view)
{
    CpuTimes total = {0};

    for (unsigned i = 0; i < view->n_seen; i++) {
        grow(&total.user, view->cpus[i].user);
        grow(&total.nice, view->cpus[i].nice);
        grow(&total.system, view->cpus[i].system);
        grow(&total.idle, view->cpus[i].idle);
        grow(&total.steal, view->cpus[i].steal);
    }
    view->total = total;
}

static void
remember(CpuLast *last, const CgroupCpu *now)
{
    remember_cpus(last, now);
    for (unsigned cpu = 0; cpu < now->n_per_cpu; cpu++)
        last->per_cpu[cpu].usage = now->per_cpu[cpu];
    last->user = now->user;
    last->nice = now->nice;
    last->system = now->system;
    last->throttled = now->throttled;
}

void
cpu_view_advance(CpuView *view, const CgroupCpu *now, const CpuSet *shown, uint64_t elapsed)
{
    if (elapsed < view->elapsed)
        return;
    if (view->n_seen == 0)
        begin(view, now, shown);
    take_usage(view, now);
    for (unsigned i = 0; i < view->n_online; i++)
        grow(&view->capacity[i], elapsed - view->elapsed);
    take_rest(view, now);
    sum(view);
    show(view, cpuset_count(shown));
    remember(&view->last, now);
    view->elapsed = elapsed;
}

void
cpu_view_copy(const CpuView *from, CpuView *ret)
{
    *ret = *from;
    ret->cpus = g_memdup2(from->cpus, from->n_seen * sizeof *from->cpus);
    ret->capacity = g_memdup2(from->capacity, from->n_seen * sizeof *from->capacity);
    ret->last.per_cpu =
        g_memdup2(from->last.per_cpu, from->last.n_per_cpu * sizeof *from->last.per_cpu);
}

void
cpu_view_clear(CpuView *view)
{
    g_free(view->cpus);
    g_free(view->capacity);
    g_free(view->last.per_cpu);
    memset(view, 0, sizeof *view);
}
