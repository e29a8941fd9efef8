/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What several files of one container say of its CPUs and CPU time (cpuinfo, stat, uptime): found
 * out once in a tick (common/tick.h), by whichever of them is read first.  Thread-safe. */

#pragma once

#include "fs/source/snapshot.h"

/* The parts of a snapshot. */
typedef struct {
    uint64_t now, born;
    CgroupCpu cpu; /* owned */
} CpuFound;

typedef struct {
    /* private */
    GMutex lock;    /* guards all below */
    uint64_t tick;  /* it was found in; 0: nothing is here */
    unsigned needs; /* of these (SnapshotNeeds) */
    CpuFound found;
} SharedCpu; /* all zero: empty */

/* True if all that @needs asks of CPUs was found in @tick: *@ret is a copy. */
bool shared_cpu_get(SharedCpu *shared, uint64_t tick, unsigned needs, CpuFound *ret);

/* For the others of its tick: of @snapshot, which was taken with @needs and is known to be that
 * container's. */
void shared_cpu_put(SharedCpu *shared, unsigned needs, const Snapshot *snapshot);

void shared_cpu_clear(SharedCpu *shared);
