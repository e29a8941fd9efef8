/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/shared_cpu.h"

#define OF_CPUS ((unsigned)(NEED_CPUS | NEED_CPU_TIME))

/* So many containers share in a tick; who comes later finds out for himself. */
#define CONTAINERS_MAX 256

typedef struct {
    uint64_t container; /* the key */
    unsigned needs;     /* of these (SnapshotNeeds) */
    CpuFound found;
} Entry;

struct SharedCpus {
    GMutex lock; /* guards all below */
    uint64_t tick;
    GHashTable *by_container; /* what was found in that; owns the entries */
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    cgroup_cpu_clear(&entry->found.cpu);
    g_free(entry);
}

SharedCpus *
shared_cpus_new(void)
{
    SharedCpus *shared = g_new0(SharedCpus, 1);

    g_mutex_init(&shared->lock);
    shared->by_container = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, entry_free);
    return shared;
}

void
shared_cpus_free(SharedCpus *shared)
{
    if (!shared)
        return;
    g_hash_table_unref(shared->by_container);
    g_mutex_clear(&shared->lock);
    g_free(shared);
}

static CpuFound
copy(const CpuFound *found)
{
    CpuFound result = *found;

    result.cpu.per_cpu =
        g_memdup2(found->cpu.per_cpu, found->cpu.n_per_cpu * sizeof *found->cpu.per_cpu);
    return result;
}

bool
shared_cpus_get(SharedCpus *shared, uint64_t container, uint64_t tick, unsigned needs,
                CpuFound *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shared->lock);
    const Entry *entry = g_hash_table_lookup(shared->by_container, &container);
    unsigned wanted = needs & OF_CPUS;

    if (!entry || shared->tick != tick || wanted == 0 || (wanted & ~entry->needs) != 0)
        return false;
    *ret = copy(&entry->found);
    return true;
}

/* Under the lock: where what was found in @tick goes.  NULL if somebody is further, or there is no
 * room. */
static Entry *
enter(SharedCpus *shared, uint64_t container, uint64_t tick)
{
    Entry *entry;

    if (tick < shared->tick)
        return NULL;
    if (tick > shared->tick)
        g_hash_table_remove_all(shared->by_container);
    shared->tick = tick;
    entry = g_hash_table_lookup(shared->by_container, &container);
    if (entry || g_hash_table_size(shared->by_container) >= CONTAINERS_MAX)
        return entry;
    entry = g_new0(Entry, 1);
    entry->container = container;
    (void)g_hash_table_insert(shared->by_container, &entry->container, entry);
    return entry;
}

void
shared_cpus_put(SharedCpus *shared, uint64_t container, unsigned needs, const Snapshot *snapshot)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&shared->lock);
    const CpuFound found = {snapshot->now, snapshot->born, snapshot->cpu};
    Entry *entry;

    needs &= OF_CPUS;
    if (snapshot->tick == 0 || needs == 0)
        return;
    entry = enter(shared, container, snapshot->tick);
    if (!entry || (needs & ~entry->needs) == 0)
        return; /* what is there is as good */
    cgroup_cpu_clear(&entry->found.cpu);
    entry->found = copy(&found);
    entry->needs = needs;
}
