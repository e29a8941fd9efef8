/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/number.h"
#include "fs/source/cgroup_level.h"
#include "fs/source/cgroup_versions.h"

#include <fcntl.h>
#include <sys/stat.h>

/* No count reaches it. */
#define UNKNOWN NUMBER_MAX

/* One controller of one container. */
typedef struct {
    CgroupLevel level;
    unsigned version;
} Way;

static void
way_clear(Way *way)
{
    cgroup_level_clear(&way->level);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Way, way_clear)

static bool
way_start(const CgroupLayout *layout, const CgroupPaths *container, CgroupController controller,
          Way *ret, GError **error)
{
    const CgroupHierarchy *hierarchy = &layout->controllers[controller];
    const char *path = cgroup_layout_path(layout, container, controller);

    ret->version = hierarchy->version;
    if (cgroup_level_start(hierarchy, path, &ret->level, error))
        return true;
    g_prefix_error(error, "%s: ", cgroup_controller_name(controller, 1));
    return false;
}

static uint64_t
room_below(uint64_t limit, uint64_t usage)
{
    return limit == CGROUP_NO_LIMIT ? CGROUP_NO_LIMIT : number_sub(limit, usage);
}

static void
memory_limit_by(CgroupMemory *memory, const CgroupMemoryLevel *level)
{
    memory->limit = MIN(memory->limit, level->limit);
    memory->room = MIN(memory->room, room_below(level->limit, level->usage));
    memory->swap_limit = MIN(memory->swap_limit, level->swap_limit);
    memory->swap_room = MIN(memory->swap_room, room_below(level->swap_limit, level->swap_usage));
}

static bool
memory_level_read(const Way *way, bool own, CgroupMemoryLevel *ret, GError **error)
{
    return way->version == 1 ? cgroup_v1_memory_level(way->level.dir, own, ret, error)
                             : cgroup_v2_memory_level(way->level.dir, own, ret, error);
}

/* The container's own usage and memory.stat. */
static bool
memory_read_own(const Way *way, const HostText *stat, CgroupMemory *memory, GError **error)
{
    CgroupMemoryLevel own;

    memory->swap_usage = UNKNOWN;
    if (way->version == 1 ? !cgroup_v1_memory_stat(stat, memory, error) ||
                                !cgroup_v1_kernel_memory(way->level.dir, &memory->kernel, error)
                          : !cgroup_v2_memory_stat(stat, memory, error))
        return false;
    if (!memory_level_read(way, true, &own, error))
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
memory_level_up(Way *way, GError **error)
{
    bool counts = true;

    if (!cgroup_level_up(&way->level, error))
        return false;
    if (way->version == 1 && way->level.dir >= 0 &&
        !cgroup_v1_memory_is_hierarchical(way->level.dir, &counts, error))
        return false;
    if (!counts)
        cgroup_level_clear(&way->level);
    return true;
}

bool
cgroup_read_memory(const CgroupLayout *layout, const CgroupPaths *container, CgroupMemory *ret,
                   GError **error)
{
    CgroupMemory memory = {.limit = CGROUP_NO_LIMIT,
                           .room = CGROUP_NO_LIMIT,
                           .swap_limit = CGROUP_NO_LIMIT,
                           .swap_room = CGROUP_NO_LIMIT};
    g_auto(HostText) stat = {0};
    g_auto(Way) way = {.level.dir = -1};

    if (!way_start(layout, container, CGROUP_MEMORY, &way, error) ||
        !cgroup_level_find(&way.level, "memory.stat", &stat, error))
        return false;
    memory.is_root = !stat.text;
    if (stat.text &&
        (!memory_read_own(&way, &stat, &memory, error) || !memory_level_up(&way, error)))
        return false;
    while (way.level.dir >= 0) {
        CgroupMemoryLevel level;

        if (!memory_level_read(&way, false, &level, error))
            return false;
        memory_limit_by(&memory, &level);
        if (!memory_level_up(&way, error))
            return false;
    }
    *ret = memory;
    return true;
}

/* a/b < c/d.  Rounding down keeps an integer comparison true. */
static bool
is_tighter(const CgroupQuota *a, const CgroupQuota *b)
{
    if (a->quota == CGROUP_NO_LIMIT)
        return false;
    return b->quota == CGROUP_NO_LIMIT || number_mul_div(a->quota, b->period, a->period) < b->quota;
}

static bool
quota_read(const Way *way, CgroupQuota *ret, GError **error)
{
    return way->version == 1 ? cgroup_v1_quota(way->level.dir, ret, error)
                             : cgroup_v2_quota(way->level.dir, ret, error);
}

static bool
throttled_read(const Way *way, int dir, uint64_t *ret, GError **error)
{
    return way->version == 1 ? cgroup_v1_throttled(dir, ret, error)
                             : cgroup_v2_throttled(dir, ret, error);
}

static bool
read_quota(const CgroupLayout *layout, const CgroupPaths *container, CgroupCpu *cpu, GError **error)
{
    CgroupQuota tightest = {.quota = CGROUP_NO_LIMIT}, quota;
    g_auto(Way) way = {.level.dir = -1};
    autofd tightest_dir = -1;

    if (!way_start(layout, container, CGROUP_CPU, &way, error))
        return false;
    while (way.level.dir >= 0) {
        if (!quota_read(&way, &quota, error))
            return false;
        if (is_tighter(&quota, &tightest)) {
            tightest = quota;
            fd_clear(&tightest_dir);
            tightest_dir = fcntl(way.level.dir, F_DUPFD_CLOEXEC, 0);
        }
        if (!cgroup_level_up(&way.level, error))
            return false;
    }
    cpu->quota = tightest.quota;
    cpu->period = tightest.period;
    return tightest.quota == CGROUP_NO_LIMIT ||
           throttled_read(&way, tightest_dir, &cpu->throttled, error);
}

/* Older v1 kernels tell only what was configured. */
static bool
cpuset_find(Way *way, HostText *ret, GError **error)
{
    if (way->version != 1)
        return cgroup_level_find(&way->level, "cpuset.cpus.effective", ret, error);
    if (!cgroup_file_read(way->level.dir, "cpuset.effective_cpus", ret, error))
        return false;
    return ret->text || cgroup_file_read(way->level.dir, "cpuset.cpus", ret, error);
}

/* A v1 cpuset that nobody filled in has no CPUs and no processes: its parent's count. */
static bool
read_cpuset(const CgroupLayout *layout, const CgroupPaths *container, CpuSet *ret, GError **error)
{
    g_auto(Way) way = {.level.dir = -1};
    CpuSet cpus = {0};

    if (!way_start(layout, container, CGROUP_CPUSET, &way, error))
        return false;
    while (way.level.dir >= 0 && cpuset_count(&cpus) == 0) {
        g_auto(HostText) text = {0};

        if (!cpuset_find(&way, &text, error))
            return false;
        if (text.text && !cpuset_parse(text.text, text.len, &cpus, error))
            return false;
        if (!cgroup_level_up(&way.level, error))
            return false;
    }
    *ret = cpus;
    return true;
}

bool
cgroup_read_cpu_limits(const CgroupLayout *layout, const CgroupPaths *container, CgroupCpu *ret,
                       GError **error)
{
    CgroupCpu cpu = *ret;

    if (!read_quota(layout, container, &cpu, error) ||
        !read_cpuset(layout, container, &cpu.cpus, error))
        return false;
    *ret = cpu;
    return true;
}

static bool
directory_id(int dir, uint64_t *ret, GError **error)
{
    struct stat status;

    if (fstat(dir, &status) != 0) {
        read_error_set_errno(error, errno, "cannot stat a cgroup");
        return false;
    }
    *ret = status.st_ino;
    return true;
}

bool
cgroup_read_cpu_times(const CgroupLayout *layout, const CgroupPaths *container, CgroupCpu *ret,
                      GError **error)
{
    g_auto(Way) way = {.level.dir = -1};
    uint64_t id;
    int dir;

    if (!way_start(layout, container, CGROUP_CPUACCT, &way, error))
        return false;
    dir = way.level.dir;
    if (dir < 0) {
        ret->is_root = true;
        return true;
    }
    if (!directory_id(dir, &id, error) ||
        !(way.version == 1 ? cgroup_v1_cpu_times(dir, ret, error)
                           : cgroup_v2_cpu_times(dir, ret, error)))
        return false;
    ret->is_root = false;
    ret->id = id;
    return true;
}

void
cgroup_cpu_clear(CgroupCpu *cpu)
{
    g_clear_pointer(&cpu->per_cpu, g_free);
    cpu->n_per_cpu = 0;
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
    if (!directory_id(level.dir, ret, error))
        return false;
    *ret ^= (uint64_t)number << ID_HIERARCHY_SHIFT;
    return true;
}

bool
cgroup_container_id(const CgroupLayout *layout, const CgroupPaths *container, uint64_t *ret,
                    GError **error)
{
    uint64_t id = 0;

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS && id == 0; i++)
        if (!id_in(&layout->controllers[i], cgroup_layout_path(layout, container, i), i, &id,
                   error))
            return false;
    if (id == 0 && !id_in(&layout->unified, container->unified, CGROUP_N_CONTROLLERS, &id, error))
        return false;
    *ret = id;
    return true;
}
