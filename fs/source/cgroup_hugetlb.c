/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup_hugetlb.h"

#include "common/number.h"
#include "fs/source/cgroup_level.h"

#include <inttypes.h>

/* No count reaches it. */
#define UNKNOWN NUMBER_MAX
/* v1's "no limit" is LONG_MAX rounded down to a huge page. */
#define LIMIT_MAX (UINT64_C(1) << 62)

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* Of v1 and v2: pages in use, and those that mappings have reserved (since Linux 5.7). */
static const struct {
    const char *limit, *usage;
} files[3][2] = {
    [1] = {{"limit_in_bytes", "usage_in_bytes"}, {"rsvd.limit_in_bytes", "rsvd.usage_in_bytes"}},
    [2] = {{"max", "current"}, {"rsvd.max", "rsvd.current"}},
};

char *
cgroup_hugetlb_size_name(uint64_t page_size)
{
    if (page_size >= GIB)
        return g_strdup_printf("%" PRIu64 "GB", page_size / GIB);
    if (page_size >= MIB)
        return g_strdup_printf("%" PRIu64 "MB", page_size / MIB);
    return g_strdup_printf("%" PRIu64 "KB", page_size / KIB);
}

static bool
number_of(const CgroupLevel *level, const char *size, const char *file, uint64_t *ret,
          GError **error)
{
    g_autofree char *name = g_strdup_printf("hugetlb.%s.%s", size, file);

    return cgroup_file_number_or(level, name, UNKNOWN, ret, error);
}

static bool
limit_by(const CgroupLevel *level, const char *size, CgroupHugetlb *hugetlb, uint64_t usage[2],
         GError **error)
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t limit;

        if (!number_of(level, size, files[level->version][i].limit, &limit, error) ||
            !number_of(level, size, files[level->version][i].usage, &usage[i], error))
            return false;
        if (limit > LIMIT_MAX || usage[i] == UNKNOWN)
            continue;
        hugetlb->limit = MIN(hugetlb->limit, limit);
        hugetlb->room = MIN(hugetlb->room, number_sub(limit, usage[i]));
    }
    return true;
}

static bool
read_hugetlb(CgroupLevel *level, const char *size, CgroupHugetlb *ret, GError **error)
{
    CgroupHugetlb hugetlb = {.limit = CGROUP_NO_LIMIT, .room = CGROUP_NO_LIMIT};

    while (level->dir) {
        uint64_t usage[2];

        if (!limit_by(level, size, &hugetlb, usage, error))
            return false;
        if (!hugetlb.known && usage[0] != UNKNOWN && usage[1] != UNKNOWN) {
            hugetlb.known = true; /* the lowest that counts is the container's own */
            hugetlb.reserved = number_sub(usage[1], usage[0]);
        }
        if (!cgroup_level_up(level, error))
            return false;
    }
    *ret = hugetlb;
    return true;
}

bool
cgroup_read_hugetlb(const Cgroups *cgroups, uint64_t page_size, CgroupHugetlb *ret, GError **error)
{
    g_autofree char *size = cgroup_hugetlb_size_name(page_size);
    g_auto(CgroupLevel) level = {0};

    return (cgroup_level_of(cgroups, CGROUP_HUGETLB, &level, error) &&
            read_hugetlb(&level, size, ret, error)) ||
           cgroup_failed(cgroups, CGROUP_HUGETLB, error);
}
