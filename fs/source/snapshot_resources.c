/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/snapshot.h"

#include "fs/source/cgroup_texts.h"

#include <unistd.h>

static bool
take_hugetlb(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    const HostMemory *host = &snapshot->host_memory;

    return host->huge_total == 0 || host->huge_size == 0 ||
           cgroup_read_hugetlb(&order->cgroups, host->huge_size, &snapshot->hugetlb, error);
}

static bool
take_swaps(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    const HostFile *host = snapshot_take_host(order, HOST_SWAPS, snapshot, error);

    if (host)
        snapshot->swaps = host->text;
    return host != NULL;
}

static bool
take_io(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    const HostFile *host = snapshot_take_host(order, HOST_DISKSTATS, snapshot, error);

    if (!host)
        return false;
    snapshot->diskstats = host->text;
    return cgroup_read_io(&order->cgroups, &snapshot->io, error);
}

/* With memory they were read already. */
static bool
take_events(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    const HostFile *host = snapshot_take_host(order, HOST_VMSTAT, snapshot, error);
    CgroupEvents *events = &snapshot->events;

    if (!host)
        return false;
    snapshot->vmstat = host->text;
    snapshot->page_size = (uint64_t)sysconf(_SC_PAGESIZE); /* the kernel's, so it cannot fail */
    if (!(order->needs & NEED_MEMORY) && !cgroup_read_events(&order->cgroups, events, error))
        return false;
    return !events->is_root || cgroup_v2_events_parse(&snapshot->vmstat, &events->counts, error);
}

static bool
take_slabinfo(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    return cgroup_read_slabinfo(&order->cgroups, &snapshot->slabinfo, error);
}

/* The host's own text tells no more than which lines this kernel writes; without it (a kernel that
 * does not count stalls) the renderer knows the usual ones. */
static bool
take_pressure(const SnapshotOrder *order, HostFileName name, Snapshot *snapshot, GError **error)
{
    static const char *const own[HOST_FILES] = {
        [HOST_PRESSURE_CPU] = "cpu.pressure",
        [HOST_PRESSURE_IO] = "io.pressure",
        [HOST_PRESSURE_IRQ] = "irq.pressure",
        [HOST_PRESSURE_MEMORY] = "memory.pressure",
    };
    const HostFile *host;

    if (!cgroup_read_pressure(&order->cgroups, own[name], &snapshot->pressure, error))
        return false;
    if (!snapshot->pressure.text && (host = snapshot_take_host(order, name, snapshot, NULL)))
        snapshot->host_pressure = host->text;
    return true;
}

static bool
take_pressures(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    static const struct {
        unsigned need;
        HostFileName name;
    } resources[] = {
        {NEED_PRESSURE_CPU, HOST_PRESSURE_CPU},
        {NEED_PRESSURE_IO, HOST_PRESSURE_IO},
        {NEED_PRESSURE_IRQ, HOST_PRESSURE_IRQ},
        {NEED_PRESSURE_MEMORY, HOST_PRESSURE_MEMORY},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(resources); i++)
        if ((order->needs & resources[i].need) &&
            !take_pressure(order, resources[i].name, snapshot, error))
            return false;
    return true;
}

bool
snapshot_take_resources(const SnapshotOrder *order, Snapshot *snapshot, GError **error)
{
    static const struct {
        unsigned need;
        bool (*take)(const SnapshotOrder *order, Snapshot *snapshot, GError **error);
    } parts[] = {
        {NEED_MEMORY, take_hugetlb}, {NEED_SWAPS, take_swaps},       {NEED_IO, take_io},
        {NEED_EVENTS, take_events},  {NEED_SLABINFO, take_slabinfo},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if ((order->needs & parts[i].need) && !parts[i].take(order, snapshot, error))
            return false;
    return take_pressures(order, snapshot, error);
}

void
snapshot_clear_resources(Snapshot *snapshot)
{
    host_text_clear(&snapshot->slabinfo);
    host_text_clear(&snapshot->pressure);
    cgroup_io_clear(&snapshot->io);
}
