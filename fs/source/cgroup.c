/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The controller memory, and what a container is called. */

#include "fs/source/cgroup.h"

#include "common/number.h"
#include "fs/source/cgroup_level.h"
#include "fs/source/cgroup_versions.h"

#include <string.h>

/* No count reaches it. */
#define UNKNOWN NUMBER_MAX

static uint64_t
room_below(uint64_t limit, uint64_t usage)
{
    return limit == CGROUP_NO_LIMIT ? CGROUP_NO_LIMIT : number_sub(limit, usage);
}

static void
memory_limit_by(CgroupMemory *memory, const CgroupMemoryLevel *by)
{
    memory->limit = MIN(memory->limit, by->limit);
    memory->room = MIN(memory->room, room_below(by->limit, by->usage));
    memory->swap_limit = MIN(memory->swap_limit, by->swap_limit);
    memory->swap_room = MIN(memory->swap_room, room_below(by->swap_limit, by->swap_usage));
}

static bool
memory_level_read(const CgroupLevel *level, bool own, CgroupMemoryLevel *ret, GError **error)
{
    return level->version == 1 ? cgroup_v1_memory_level(level, own, ret, error)
                               : cgroup_v2_memory_level(level, own, ret, error);
}

/* The container's own usage and memory.stat. */
static bool
memory_read_own(const CgroupLevel *level, const HostText *stat, CgroupMemory *memory,
                GError **error)
{
    CgroupMemoryLevel own;

    memory->swap_usage = UNKNOWN;
    if (level->version == 1 ? !cgroup_v1_memory_stat(stat, memory, error) ||
                                  !cgroup_v1_kernel_memory(level, &memory->kernel, error)
                            : !cgroup_v2_memory_stat(stat, memory, error))
        return false;
    if (!memory_level_read(level, true, &own, error))
        return false;
    if (level->version == 1 && memory->swap_usage == UNKNOWN && own.swap_known &&
        !cgroup_v1_swap_usage(level, own.usage, &own.swap_usage, error))
        return false;
    memory->usage = own.usage;
    memory->swap_known = own.swap_known;
    if (memory->swap_usage == UNKNOWN) /* memory.stat did not tell it */
        memory->swap_usage = own.swap_usage;
    else
        own.swap_usage = memory->swap_usage;
    memory_limit_by(memory, &own);
    return true;
}

/* True in *ret if what is used in @below counts above it, in @level, too.  v1's use_hierarchy
 * cannot be changed while there is a cgroup below: it is asked once. */
static bool
counts_above(CgroupDirectory *below, const CgroupLevel *level, bool *ret, GError **error)
{
    int fact = cgroup_directory_fact(below);

    if (fact < 0) {
        if (!cgroup_v1_memory_is_hierarchical(level, ret, error))
            return false;
        cgroup_directory_set_fact(below, *ret);
    } else {
        *ret = fact;
    }
    return true;
}

/* Goes to the parent if what is used here counts there too. */
static bool
memory_level_up(CgroupLevel *level, GError **error)
{
    g_autoptr(CgroupDirectory) below = cgroup_directory_ref(level->dir);
    bool counts = true;

    if (!cgroup_level_up(level, error))
        return false;
    if (level->version == 1 && level->dir && !counts_above(below, level, &counts, error))
        return false;
    if (!counts)
        cgroup_level_clear(level);
    return true;
}

/* What memory.stat tells beside memory. */
static bool
events_read(const CgroupLevel *level, const HostText *stat, CgroupEvents *ret, GError **error)
{
    if (stat->text)
        return cgroup_events_of(level, stat, ret, error);
    *ret = (CgroupEvents){.is_root = true};
    return true;
}

static bool
read_memory(const Cgroups *cgroups, CgroupMemory *ret, CgroupEvents *events, GError **error)
{
    CgroupMemory memory = {.limit = CGROUP_NO_LIMIT,
                           .room = CGROUP_NO_LIMIT,
                           .swap_limit = CGROUP_NO_LIMIT,
                           .swap_room = CGROUP_NO_LIMIT};
    g_auto(HostText) stat = {0};
    g_auto(CgroupLevel) level = {0};

    if (!cgroup_level_of(cgroups, CGROUP_MEMORY, &level, error) ||
        !cgroup_level_find(&level, "memory.stat", &stat, error))
        return false;
    memory.is_root = !stat.text;
    if (events && !events_read(&level, &stat, events, error))
        return false;
    if (stat.text &&
        (!memory_read_own(&level, &stat, &memory, error) || !memory_level_up(&level, error)))
        return false;
    while (level.dir) {
        CgroupMemoryLevel numbers;

        if (!memory_level_read(&level, false, &numbers, error))
            return false;
        memory_limit_by(&memory, &numbers);
        if (!memory_level_up(&level, error))
            return false;
    }
    *ret = memory;
    return true;
}

bool
cgroup_read_memory(const Cgroups *cgroups, CgroupMemory *ret, CgroupEvents *ret_events,
                   GError **error)
{
    return read_memory(cgroups, ret, ret_events, error) ||
           cgroup_failed(cgroups, CGROUP_MEMORY, error);
}

static bool
id_in(const CgroupHierarchy *hierarchy, const char *path, unsigned number, uint64_t *ret,
      GError **error)
{
    struct stat status;

    if (!path || hierarchy->version == 0 || strcmp(path, "/") == 0) {
        *ret = 0;
        return true;
    }
    if (!cgroup_layout_stat(hierarchy, path, &status, error))
        return false;
    *ret = status.st_ino ^ (uint64_t)number << CGROUPS_ID_SHIFT;
    return true;
}

static size_t
depth_of(const char *path)
{
    size_t depth = 0;

    for (; path && *path; path++)
        depth += *path == '/' && path[1] != '\0';
    return depth;
}

/* The hierarchy in which the container is deepest, where it is most likely alone: a service has a
 * memory cgroup of its own and may share that of all services elsewhere. */
bool
cgroup_container_id(const CgroupLayout *layout, const CgroupPaths *container, uint64_t *ret,
                    GError **error)
{
    const char *path = container->unified;
    size_t depth = depth_of(path);
    unsigned deepest = CGROUP_N_CONTROLLERS;

    for (unsigned i = CGROUP_N_CONTROLLERS; i-- > 0;) {
        const char *other = cgroup_layout_path(layout, container, i);

        if (depth_of(other) >= depth) { /* the first of equals, and unified last of all */
            path = other;
            depth = depth_of(other);
            deepest = i;
        }
    }
    if (deepest == CGROUP_N_CONTROLLERS)
        return id_in(&layout->unified, path, deepest, ret, error);
    return id_in(&layout->controllers[deepest], path, deepest, ret, error) ||
           cgroup_failed(&(Cgroups){layout, container}, deepest, error);
}
