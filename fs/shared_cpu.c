/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/shared_cpu.h"

#define OF_CPUS ((unsigned)(NEED_CPUS | NEED_CPU_TIME))

typedef struct {
    uint64_t tick;
    unsigned needs; /* of these (SnapshotNeeds) */
    CpuFound found;
} Entry;

typedef struct {
    uint64_t tick;
    unsigned needs;
    CpuFound *found; /* a copy goes there; NULL: whether what there is is as good, or newer */
} Wanted;

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    cgroup_cpu_clear(&entry->found.cpu);
    g_free(entry);
}

static CpuFound
copy(const CpuFound *found)
{
    CpuFound result = *found;

    result.cpu.per_cpu =
        g_memdup2(found->cpu.per_cpu, found->cpu.n_per_cpu * sizeof *found->cpu.per_cpu);
    return result;
}

static bool
entry_copy(const void *value, void *ret)
{
    const Entry *entry = value;
    const Wanted *wanted = ret;
    bool is_as_good = entry->tick == wanted->tick && (wanted->needs & ~entry->needs) == 0;

    if (!wanted->found)
        return is_as_good || entry->tick > wanted->tick;
    if (is_as_good)
        *wanted->found = copy(&entry->found);
    return is_as_good;
}

/* So many containers share in a tick; of more the first find out for themselves. */
#define SHARED_MAX 256

/* A tick is called by when it began (common/tick.h), which is the time that the cache goes by. */
static const CacheKind kind = {
    .max_idle_usec = G_USEC_PER_SEC,
    .value_free = entry_free,
    .value_copy = entry_copy,
};

Cache *
shared_cpus_new(void)
{
    return cache_new(&kind, SHARED_MAX);
}

bool
shared_cpus_get(Cache *shared, uint64_t container, uint64_t tick, unsigned needs, CpuFound *ret)
{
    Wanted wanted = {tick, needs & OF_CPUS, ret};

    return tick != 0 && wanted.needs != 0 && cache_get(shared, container, tick, &wanted);
}

/* Of two who put at once the second counts, which may be less: others find out for themselves. */
void
shared_cpus_put(Cache *shared, uint64_t container, unsigned needs, const Snapshot *snapshot)
{
    const CpuFound found = {snapshot->now, snapshot->born, snapshot->cpu};
    Wanted as_good = {snapshot->tick, needs & OF_CPUS, NULL};
    Entry *entry;

    if (snapshot->tick == 0 || as_good.needs == 0 ||
        cache_get(shared, container, snapshot->tick, &as_good))
        return;
    entry = g_new(Entry, 1);
    *entry = (Entry){snapshot->tick, as_good.needs, copy(&found)};
    cache_put(shared, container, snapshot->tick, entry);
}
