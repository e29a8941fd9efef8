/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What several files of one container say of its CPUs and CPU time (cpuinfo, stat, uptime): found
 * out once in a tick (common/tick.h), by whichever of them is read first.  Bounded; with the tick
 * all of it goes.  Thread-safe. */

#pragma once

#include "fs/source/snapshot.h"

typedef struct SharedCpus SharedCpus;

/* The parts of a snapshot. */
typedef struct {
    uint64_t now, born;
    CgroupCpu cpu; /* owned */
} CpuFound;

SharedCpus *shared_cpus_new(void);
void shared_cpus_free(SharedCpus *shared);

/* True if all that @needs asks of the CPUs of @container (its number) was found in @tick: *@ret is
 * a copy. */
bool shared_cpus_get(SharedCpus *shared, uint64_t container, uint64_t tick, unsigned needs,
                     CpuFound *ret);

/* For the others of its tick: of @snapshot, which was taken with @needs and is known to be that
 * container's. */
void shared_cpus_put(SharedCpus *shared, uint64_t container, unsigned needs,
                     const Snapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SharedCpus, shared_cpus_free)
