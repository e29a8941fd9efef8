/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What several files of one container say of its CPUs and CPU time (cpuinfo, stat, uptime): found
 * out once in a tick (common/tick.h), by whichever of them is read first.  Bounded,
 * thread-safe. */

#pragma once

#include "common/cache.h"
#include "fs/source/snapshot.h"

/* The parts of a snapshot. */
typedef struct {
    uint64_t now, born;
    CgroupCpu cpu; /* owned */
} CpuFound;

/* To be freed by cache_free(). */
Cache *shared_cpus_new(void);

/* True if all that @needs asks of the CPUs of @container (its number) was found in @tick: *@ret is
 * a copy. */
bool shared_cpus_get(Cache *shared, uint64_t container, uint64_t tick, unsigned needs,
                     CpuFound *ret);

/* For the others of its tick: of @snapshot, which was taken with @needs and is known to be that
 * container's. */
void shared_cpus_put(Cache *shared, uint64_t container, unsigned needs, const Snapshot *snapshot);
