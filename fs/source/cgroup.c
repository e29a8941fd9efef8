/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The controller memory, and what a container is called. */

#include "fs/source/cgroup.h"

#include "common/number.h"
#include "fs/source/cgroup_level.h"
#include "fs/source/cgroup_versions.h"

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
    return level->version == 1 ? cgroup_v1_memory_level(level->dir, own, ret, error)
                               : cgroup_v2_memory_level(level->dir, own, ret, error);
}

/* The container's own usage and memory.stat. */
static bool
memory_read_own(const CgroupLevel *level, const HostText *stat, CgroupMemory *memory,
                GError **error)
{
    CgroupMemoryLevel own;

    memory->swap_usage = UNKNOWN;
    if (level->version == 1 ? !cgroup_v1_memory_stat(stat, memory, error) ||
                                  !cgroup_v1_kernel_memory(level->dir, &memory->kernel, error)
                            : !cgroup_v2_memory_stat(stat, memory, error))
        return false;
    if (!memory_level_read(level, true, &own, error))
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

/* Goes to the parent if what is used here counts there too. */
static bool
memory_level_up(CgroupLevel *level, GError **error)
{
    bool counts = true;

    if (!cgroup_level_up(level, error))
        return false;
    if (level->version == 1 && level->dir >= 0 &&
        !cgroup_v1_memory_is_hierarchical(level->dir, &counts, error))
        return false;
    if (!counts)
        cgroup_level_clear(level);
    return true;
}

static bool
read_memory(const CgroupLayout *layout, const CgroupPaths *container, CgroupMemory *ret,
            GError **error)
{
    CgroupMemory memory = {.limit = CGROUP_NO_LIMIT,
                           .room = CGROUP_NO_LIMIT,
                           .swap_limit = CGROUP_NO_LIMIT,
                           .swap_room = CGROUP_NO_LIMIT};
    g_auto(HostText) stat = {0};
    g_auto(CgroupLevel) level = {.dir = -1};

    if (!cgroup_level_of(layout, container, CGROUP_MEMORY, &level, error) ||
        !cgroup_level_find(&level, "memory.stat", &stat, error))
        return false;
    memory.is_root = !stat.text;
    if (stat.text &&
        (!memory_read_own(&level, &stat, &memory, error) || !memory_level_up(&level, error)))
        return false;
    while (level.dir >= 0) {
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
cgroup_read_memory(const CgroupLayout *layout, const CgroupPaths *container, CgroupMemory *ret,
                   GError **error)
{
    return read_memory(layout, container, ret, error) ||
           cgroup_failed(layout, container, CGROUP_MEMORY, error);
}

/* Numbers of different hierarchies are told apart by their top bits. */
#define ID_HIERARCHY_SHIFT 60
G_STATIC_ASSERT(CGROUP_N_CONTROLLERS < 16);

static bool
id_in(const CgroupHierarchy *hierarchy, const char *path, unsigned number, uint64_t *ret,
      GError **error)
{
    g_auto(CgroupLevel) level = {.dir = -1};

    if (!cgroup_level_start(hierarchy, path, &level, error))
        return false;
    if (level.dir < 0) {
        *ret = 0;
        return true;
    }
    if (!cgroup_directory_id(level.dir, ret, error))
        return false;
    *ret ^= (uint64_t)number << ID_HIERARCHY_SHIFT;
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
           cgroup_failed(layout, container, deepest, error);
}
