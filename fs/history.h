/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What must be remembered between reads: each container's CPU times, so that counters never run
 * backwards whatever happens to its limits.  Bounded; the one unused longest is forgotten. */

#pragma once

#include "fs/counters.h"
#include "fs/source/snapshot.h"
#include "fs/survive/shelf.h"
#include "fs/view/cpu_view.h"

typedef struct History History; /* thread-safe */

History *history_new(unsigned max_containers);
void history_free(History *history);

/* Advances the container's times to @snapshot's instant and copies them to @ret (cpu_view_clear).
 */
void history_advance(History *history, const Snapshot *snapshot, const CpuSet *shown, CpuView *ret);

/* From then on the containers whose cgroups are gone from @layout are forgotten.  Borrowed. */
void history_watch(History *history, const CgroupLayout *layout);

/* From then on they are kept on @shelf (borrowed), each before it is shown, and those that are
 * there already go on; the other counters, too.  To be called before anybody asks. */
void history_keep(History *history, Shelf *shelf);

unsigned history_size(History *history);

/* The kernel's other counters; they go with @history. */
Counters *history_counters(History *history);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_free)
