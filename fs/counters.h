/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What must be remembered of the kernel's counters so that none of those shown ever goes back: a
 * disk that was unplugged, blkio.reset_stats of v1, a v1 kernel that forgets what removed
 * sub-cgroups did.  Bounded; the one unused longest is forgotten. */

#pragma once

#include "common/cgroup_layout.h"
#include "fs/survive/shelf.h"

#include <glib.h>
#include <stdint.h>

typedef struct Counters Counters; /* thread-safe */

typedef enum {
    COUNTERS_EVENTS,
    COUNTERS_DISK,
    COUNTERS_DISKS_TOTAL,
} CountersKind;

/* Which counters.  No padding: it is compared as bytes. */
typedef struct {
    uint64_t id;     /* of the cgroup in the hierarchy that counts */
    uint64_t device; /* which disk */
    uint64_t kind;   /* a CountersKind; it tells the hierarchies apart, too */
} CountersKey;

Counters *counters_new(unsigned max);
void counters_free(Counters *counters);

/* From then on the counters of cgroups that are gone from @layout are forgotten.  Borrowed. */
void counters_watch(Counters *counters, const CgroupLayout *layout);

/* From then on they are kept on @shelf (borrowed), each before it is shown, and those that are
 * there already go on.  To be called before anybody asks. */
void counters_keep(Counters *counters, Shelf *shelf);

unsigned counters_size(Counters *counters);

/* Takes the @n counters @numbers as the kernel had them at the instant @now (CLOCK_BOOTTIME,
 * microseconds) and makes of them what is to be shown.  @n is always the same for a kind. */
void counters_advance(Counters *counters, const CountersKey *key, uint64_t now, uint64_t *numbers,
                      unsigned n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Counters, counters_free)
