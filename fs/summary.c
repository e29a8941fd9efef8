/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/summary.h"

#include <string.h>

/* What is more than the host has limits nobody; so v1 writes "no limit". */
static uint64_t
limit_within(uint64_t limit, uint64_t host)
{
    return limit < host ? limit : SUMMARY_NO_LIMIT;
}

bool
summary_take(const Server *server, Container *container, uint64_t now, Summary *ret, GError **error)
{
    g_autoptr(Asker) asker = asker_new(container, 0);
    g_auto(Snapshot) snapshot = {0};
    CpuSet cpus;

    if (!snapshot_take(&server->sources, &asker->reader, NEED_MEMORY | NEED_CPUS, now, &snapshot,
                       error) ||
        !container_is_there(server->sources.layout, container, error))
        return false;
    cpus = cpu_view_shown(&snapshot.cpu, serve_cpu_policy(server, asker));
    *ret = (Summary){
        .cpus = cpuset_count(&cpus),
        .memory_limit = limit_within(snapshot.memory.limit, snapshot.host_memory.total),
        .memory_used = snapshot.memory.usage,
        .swap_limit = snapshot.memory.swap_known ? limit_within(snapshot.memory.swap_limit,
                                                                snapshot.host_memory.swap_total)
                                                 : SUMMARY_NO_LIMIT,
        .swap_used = snapshot.memory.swap_usage,
    };
    return true;
}

const char *
summary_path(const Server *server, const CgroupPaths *paths)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        const char *path = cgroup_layout_path(server->sources.layout, paths, i);

        if (path && strcmp(path, "/") != 0)
            return path;
    }
    return paths->unified ? paths->unified : "/";
}
