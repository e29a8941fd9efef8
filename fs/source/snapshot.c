/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/snapshot.h"

#include "common/error.h"
#include "common/lines.h"
#include "common/number.h"

#include <stddef.h>
#include <sys/personality.h>

#define KIB 1024u
#define ASK_PERSONALITY 0xffffffffu /* changes nothing */

/* What a memory cgroup at the root would count, could it be asked. */
static const LineKey root_memory_keys[] = {
    {"AnonPages:", offsetof(CgroupMemory, anon)},
    {"Shmem:", offsetof(CgroupMemory, shmem)},
    {"Mapped:", offsetof(CgroupMemory, file_mapped)},
    {"Dirty:", offsetof(CgroupMemory, file_dirty)},
    {"Writeback:", offsetof(CgroupMemory, file_writeback)},
    {"SwapCached:", offsetof(CgroupMemory, swapcached)},
    {"AnonHugePages:", offsetof(CgroupMemory, anon_thp)},
    {"FileHugePages:", offsetof(CgroupMemory, file_thp)},
    {"ShmemHugePages:", offsetof(CgroupMemory, shmem_thp)},
    {"Inactive(anon):", offsetof(CgroupMemory, inactive_anon)},
    {"Active(anon):", offsetof(CgroupMemory, active_anon)},
    {"Inactive(file):", offsetof(CgroupMemory, inactive_file)},
    {"Active(file):", offsetof(CgroupMemory, active_file)},
    {"Unevictable:", offsetof(CgroupMemory, unevictable)},
    {"SReclaimable:", offsetof(CgroupMemory, slab_reclaimable)},
    {"SUnreclaim:", offsetof(CgroupMemory, slab_unreclaimable)},
    {"KernelStack:", offsetof(CgroupMemory, kernel_stack)},
    {"PageTables:", offsetof(CgroupMemory, pagetables)},
    {"SecPageTables:", offsetof(CgroupMemory, sec_pagetables)},
    {"Percpu:", offsetof(CgroupMemory, percpu)},
    {"VmallocUsed:", offsetof(CgroupMemory, vmalloc)},
    {"Zswap:", offsetof(CgroupMemory, zswap)},
    {"Zswapped:", offsetof(CgroupMemory, zswapped)},
    {"Cached:", offsetof(CgroupMemory, file)},
};

static bool
memory_from_host(const HostText *meminfo, const HostMemory *host, CgroupMemory *memory,
                 GError **error)
{
    if (!lines_read_keys(meminfo->text, meminfo->len, root_memory_keys,
                         G_N_ELEMENTS(root_memory_keys), memory, error)) {
        g_prefix_error(error, "meminfo: ");
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(root_memory_keys); i++) {
        uint64_t *value = (uint64_t *)((char *)memory + root_memory_keys[i].offset);

        *value = number_mul(*value, KIB);
    }
    memory->usage = number_sub(host->total, host->free);
    memory->swap_known = true;
    memory->swap_usage = number_sub(host->swap_total, host->swap_free);
    memory->is_root = false; /* nobody has to ask any more */
    return true;
}

const HostFile *
snapshot_take_host(const SnapshotOrder *order, HostFileName name, Snapshot *snapshot,
                   GError **error)
{
    const Sources *sources = order->sources;
    const HostFile *file = sources->host_files
                               ? host_files_get(sources->host_files, name, snapshot->tick, error)
                               : host_file_read(sources->root_fd, name, error);

    host_file_unref(snapshot->host_files[name]);
    snapshot->host_files[name] = file;
    return file;
}

static bool
take_memory(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    const HostFile *host = snapshot_take_host(order, HOST_MEMINFO, snapshot, error);
    CgroupEvents *events = order->needs & NEED_EVENTS ? &snapshot->events : NULL;

    if (!host)
        return false;
    snapshot->meminfo = host->text;
    snapshot->host_memory = host->memory;
    if (!cgroup_read_memory(&order->cgroups, &snapshot->memory, events, error))
        return false;
    return !snapshot->memory.is_root ||
           memory_from_host(&snapshot->meminfo, &snapshot->host_memory, &snapshot->memory, error);
}

/* A cpuset that was changed while a CPU went away may name none that is left. */
static void
limit_to_online(CpuSet *cpus, const CpuSet *online)
{
    cpuset_and(cpus, online);
    if (cpuset_count(cpus) == 0)
        *cpus = *online;
}

static bool
take_host_cpu(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    const HostFile *host = snapshot_take_host(order, HOST_STAT, snapshot, error);

    if (!host)
        return false;
    snapshot->stat = host->text;
    snapshot->host_cpu = host->cpu;
    return true;
}

static bool
take_cpus(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    if (!cgroup_read_cpu_limits(&order->cgroups, order->needs & NEED_CPU_TIME, &snapshot->cpu,
                                error))
        return false;
    limit_to_online(&snapshot->cpu.cpus, &snapshot->host_cpu.online);
    return true;
}

/* The times of the machine, but no other container's history: whose they are is the complement of
 * the container's number, which no cgroup has. */
static bool
identify_times(const Cgroups *cgroups, CgroupCpu *cpu, GError **error)
{
    if (!cgroup_container_id(cgroups->layout, cgroups->container, &cpu->id, error))
        return false;
    cpu->id = ~cpu->id;
    return true;
}

/* As v1's cpuacct counts: nice in user, interrupts in system. */
static void
cpu_times_from_host(const HostCpu *host, CgroupCpu *cpu)
{
    cpu->n_per_cpu = host->n;
    cpu->per_cpu = g_new0(CpuUsage, host->n);
    for (unsigned i = 0; i < host->n; i++) {
        const CpuTimes *times = &host->cpus[i];
        CpuUsage *usage = &cpu->per_cpu[i];

        usage->user = number_add(times->user, times->nice);
        usage->system = number_add(times->system, number_add(times->irq, times->softirq));
        usage->total = number_add(usage->user, usage->system);
        cpu->user = number_add(cpu->user, usage->user);
        cpu->system = number_add(cpu->system, usage->system);
    }
}

static bool
take_cpu_time(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    Readers *readers = order->sources->readers;
    CgroupCpu *cpu = &snapshot->cpu;

    if (!cgroup_read_cpu_times(&order->cgroups, cpu, error))
        return false;
    if (!cpu->is_root)
        return reader_born_in(readers, order->reader, cpu->id, &snapshot->born, error);
    cpu_times_from_host(&snapshot->host_cpu, cpu);
    return identify_times(&order->cgroups, cpu, error) &&
           reader_born(readers, order->reader, &snapshot->born, error);
}

static bool
take_nodes(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    CpuSet mems;

    return cgroup_read_cpuset(&order->cgroups, CGROUP_CPUSET_MEMS, &mems, error) &&
           memory_nodes_read(order->sources->root_fd, &mems, &snapshot->nodes, error);
}

/* The kernel writes it for the personality of the thread that reads. */
static bool
take_cpuinfo(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    bool linux32 = (personality(ASK_PERSONALITY) & PER_MASK) == PER_LINUX32;
    const HostFile *host =
        snapshot_take_host(order, linux32 ? HOST_CPUINFO32 : HOST_CPUINFO, snapshot, error);

    if (host)
        snapshot->cpuinfo = host->text;
    return host != NULL;
}

static bool
take_all(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    static const struct {
        unsigned needs;
        bool (*take)(const SnapshotOrder *order, Snapshot *snapshot, GError **error);
    } parts[] = {
        {NEED_MEMORY, take_memory},
        {NEED_HOST_CPU | NEED_CPUS | NEED_CPU_TIME, take_host_cpu},
        {NEED_CPUS | NEED_CPU_TIME, take_cpus}, /* no times without the CPUs they are spread over */
        {NEED_CPU_TIME, take_cpu_time},
        {NEED_CPUINFO, take_cpuinfo},
        {NEED_NODES, take_nodes},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if ((order->needs & parts[i].needs) && !parts[i].take(order, snapshot, error))
            return false;
    return snapshot_take_resources(order, snapshot, error);
}

/* All of it anew, if a cgroup was gone that need not be where the container's path leads. */
static bool
take_again(SnapshotOrder *order, Snapshot *snapshot, GError **problem)
{
    const Snapshot nothing = {.now = snapshot->now, .tick = snapshot->tick};

    if (!order->cgroups.by_number || !g_error_matches(*problem, READ_ERROR, READ_ERROR_GONE))
        return false;
    g_clear_error(problem);
    snapshot_clear(snapshot);
    *snapshot = nothing;
    cgroups_last_clear(order->cgroups.last);
    order->cgroups.by_number = false;
    return take_all(order, snapshot, problem);
}

bool
snapshot_take(const Sources *sources, const Reader *reader, unsigned needs, uint64_t now,
              Snapshot *ret, GError **error)
{
    g_auto(Snapshot) snapshot = {.now = now};
    g_auto(CgroupsLast) last = {0};
    SnapshotOrder order = {sources, reader, needs, {sources->layout, &reader->container}};
    GError *problem = NULL;

    if (now > 0)
        snapshot.tick = tick_enter(sources->tick, now);
    order.cgroups.tick = snapshot.tick;
    order.cgroups.known = reader->known;
    order.cgroups.last = &last;
    order.cgroups.by_number = reader->known && snapshot.tick != 0;
    if (!take_all(&order, &snapshot, &problem) && !take_again(&order, &snapshot, &problem)) {
        g_propagate_error(error, problem);
        return false;
    }
    *ret = snapshot;
    snapshot = (Snapshot){0};
    return true;
}

bool
snapshot_take_own_text(const Sources *sources, const char *path, Snapshot *snapshot, GError **error)
{
    return host_text_read(sources->root_fd, path, &snapshot->own_text, error);
}

void
snapshot_clear(Snapshot *snapshot)
{
    host_text_clear(&snapshot->own_text);
    memory_nodes_clear(&snapshot->nodes);
    snapshot_clear_resources(snapshot);
    cgroup_cpu_clear(&snapshot->cpu);
    for (unsigned i = 0; i < HOST_FILES; i++)
        host_file_unref(snapshot->host_files[i]);
}
