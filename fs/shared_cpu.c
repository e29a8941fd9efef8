/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/shared_cpu.h"

#define OF_CPUS ((unsigned)(NEED_CPUS | NEED_CPU_TIME))

static CpuFound
copy(const CpuFound *found)
{
    CpuFound result = *found;

    result.cpu.per_cpu =
        g_memdup2(found->cpu.per_cpu, found->cpu.n_per_cpu * sizeof *found->cpu.per_cpu);
    return result;
}

bool
shared_cpu_get(SharedCpu *shared, uint64_t tick, unsigned needs, CpuFound *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shared->lock);
    unsigned wanted = needs & OF_CPUS;

    if (tick == 0 || shared->tick != tick || wanted == 0 || (wanted & ~shared->needs) != 0)
        return false;
    *ret = copy(&shared->found);
    return true;
}

/* True if what is there is newer, or as good. */
static bool
is_better(const SharedCpu *shared, uint64_t tick, unsigned needs)
{
    return shared->tick > tick || (shared->tick == tick && (needs & ~shared->needs) == 0);
}

void
shared_cpu_put(SharedCpu *shared, unsigned needs, const Snapshot *snapshot)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shared->lock);
    const CpuFound found = {snapshot->now, snapshot->born, snapshot->cpu};

    needs &= OF_CPUS;
    if (snapshot->tick == 0 || needs == 0 || is_better(shared, snapshot->tick, needs))
        return;
    cgroup_cpu_clear(&shared->found.cpu);
    shared->found = copy(&found);
    shared->tick = snapshot->tick;
    shared->needs = needs;
}

void
shared_cpu_clear(SharedCpu *shared)
{
    cgroup_cpu_clear(&shared->found.cpu);
    g_mutex_clear(&shared->lock);
}
