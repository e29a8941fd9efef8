/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/snapshot.h"

#include "fs/source/cgroup_texts.h"

#include <unistd.h>

static bool
take_hugetlb(const Sources *sources, const Reader *reader, Snapshot *snapshot, GError **error)
{
    const HostMemory *host = &snapshot->host_memory;

    return host->huge_total == 0 || host->huge_size == 0 ||
           cgroup_read_hugetlb(sources->layout, &reader->container, host->huge_size,
                               &snapshot->hugetlb, error);
}

static bool
take_swaps(const Sources *sources, const Reader *reader, Snapshot *snapshot, GError **error)
{
    (void)reader;
    return host_text_read(sources->root_fd, "proc/swaps", &snapshot->swaps, error);
}

static bool
take_io(const Sources *sources, const Reader *reader, Snapshot *snapshot, GError **error)
{
    return host_text_read(sources->root_fd, "proc/diskstats", &snapshot->diskstats, error) &&
           cgroup_read_io(sources->layout, &reader->container, &snapshot->io, error);
}

static bool
take_events(const Sources *sources, const Reader *reader, Snapshot *snapshot, GError **error)
{
    CgroupEvents *events = &snapshot->events;

    snapshot->page_size = (uint64_t)sysconf(_SC_PAGESIZE); /* the kernel's, so it cannot fail */
    if (!host_text_read(sources->root_fd, "proc/vmstat", &snapshot->vmstat, error) ||
        !cgroup_read_events(sources->layout, &reader->container, events, error))
        return false;
    return !events->is_root || cgroup_v2_events_parse(&snapshot->vmstat, &events->counts, error);
}

static bool
take_slabinfo(const Sources *sources, const Reader *reader, Snapshot *snapshot, GError **error)
{
    return cgroup_read_slabinfo(sources->layout, &reader->container, &snapshot->slabinfo, error);
}

/* The host's own text tells no more than which lines this kernel writes; without it (a kernel that
 * does not count stalls) the renderer knows the usual ones. */
static bool
take_pressure(const Sources *sources, const Reader *reader, const char *resource,
              Snapshot *snapshot, GError **error)
{
    g_autofree char *own = g_strconcat(resource, ".pressure", NULL);
    g_autofree char *host = g_strconcat("proc/pressure/", resource, NULL);

    if (!cgroup_read_pressure(sources->layout, &reader->container, own, &snapshot->pressure, error))
        return false;
    if (!snapshot->pressure.text)
        (void)host_text_read(sources->root_fd, host, &snapshot->host_pressure, NULL);
    return true;
}

static bool
take_pressures(const Sources *sources, const Reader *reader, unsigned needs, Snapshot *snapshot,
               GError **error)
{
    static const struct {
        unsigned need;
        const char *resource;
    } resources[] = {
        {NEED_PRESSURE_CPU, "cpu"},
        {NEED_PRESSURE_IO, "io"},
        {NEED_PRESSURE_IRQ, "irq"},
        {NEED_PRESSURE_MEMORY, "memory"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(resources); i++)
        if ((needs & resources[i].need) &&
            !take_pressure(sources, reader, resources[i].resource, snapshot, error))
            return false;
    return true;
}

bool
snapshot_take_resources(const Sources *sources, const Reader *reader, unsigned needs,
                        Snapshot *snapshot, GError **error)
{
    static const struct {
        unsigned need;
        bool (*take)(const Sources *sources, const Reader *reader, Snapshot *snapshot,
                     GError **error);
    } parts[] = {
        {NEED_MEMORY, take_hugetlb}, {NEED_SWAPS, take_swaps},       {NEED_IO, take_io},
        {NEED_EVENTS, take_events},  {NEED_SLABINFO, take_slabinfo},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if ((needs & parts[i].need) && !parts[i].take(sources, reader, snapshot, error))
            return false;
    return take_pressures(sources, reader, needs, snapshot, error);
}

void
snapshot_clear_resources(Snapshot *snapshot)
{
    host_text_clear(&snapshot->swaps);
    host_text_clear(&snapshot->diskstats);
    host_text_clear(&snapshot->vmstat);
    host_text_clear(&snapshot->slabinfo);
    host_text_clear(&snapshot->pressure);
    host_text_clear(&snapshot->host_pressure);
    cgroup_io_clear(&snapshot->io);
}
