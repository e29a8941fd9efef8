/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroups_known.h"

#include <string.h>

unsigned
cgroups_place(const CgroupLayout *layout, const CgroupHierarchy *hierarchy)
{
    unsigned i = 0;

    while (i < CGROUP_N_CONTROLLERS &&
           (layout->controllers[i].version == 0 ||
            strcmp(layout->controllers[i].mount_point, hierarchy->mount_point) != 0))
        i++;
    return i;
}

bool
cgroups_known_find(CgroupsKnown *known, unsigned place, uint64_t tick, CgroupsKnownPlace *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&known->lock);

    *ret = known->places[place];
    return tick != 0 && ret->tick == tick;
}

void
cgroups_known_add(CgroupsKnown *known, unsigned place, const CgroupsKnownPlace *found)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&known->lock);
    CgroupsKnownPlace *at = &known->places[place];

    if (at->tick > found->tick)
        return; /* somebody is further */
    at->tick = found->tick;
    at->dev = found->dev;
    at->ino = found->ino;
}

/* Whether it led to the cgroup that the container's number is of. */
static bool
is_of_number(const CgroupsKnown *known, unsigned place)
{
    const CgroupsKnownPlace *at = &known->places[place];

    return at->tick != 0 && (at->ino ^ (uint64_t)place << CGROUPS_ID_SHIFT) == known->id;
}

bool
cgroups_known_use(CgroupsKnown *known, unsigned place, uint64_t tick, CgroupsKnownPlace *ret)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&known->lock);
    CgroupsKnownPlace *at = &known->places[place];

    if (!is_of_number(known, place) || at->its != at->ino)
        return false;
    at->used = MAX(at->used, tick);
    *ret = *at;
    return true;
}

void
cgroups_known_renew(CgroupsKnown *known, uint64_t tick)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&known->lock);

    for (unsigned i = 0; i < CGROUPS_KNOWN_PLACES; i++)
        if (is_of_number(known, i))
            known->places[i].tick = MAX(known->places[i].tick, tick);
}

bool
cgroups_known_are_its(CgroupsKnown *known, uint64_t tick, CgroupsSeen *ret_seen)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&known->lock);
    bool any = false, all = true;

    for (unsigned i = 0; i < CGROUPS_KNOWN_PLACES; i++) {
        const CgroupsKnownPlace *at = &known->places[i];

        ret_seen->ino[i] = at->tick == 0 ? 0 : at->ino;
        if (tick == 0 || (at->tick < tick && at->used != tick))
            continue;
        any = true;
        all = all && at->tick <= tick && at->ino == at->its; /* else what was found is not here */
    }
    return any && all;
}

void
cgroups_known_prove(CgroupsKnown *known, const CgroupsSeen *seen)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&known->lock);

    for (unsigned i = 0; i < CGROUPS_KNOWN_PLACES; i++)
        if (seen->ino[i] != 0)
            known->places[i].its = seen->ino[i];
}
