/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the paths of one container led in this tick (common/tick.h): each is asked once in a tick
 * at most, however many files are read in it.  What is known is the number of a cgroup and nothing
 * that is open: who reads finds that very cgroup, or nothing once it is gone.  Thread-safe. */

#pragma once

#include "common/cgroup_layout.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A hierarchy is called by its first controller, the unified one by CGROUP_N_CONTROLLERS. */
#define CGROUPS_KNOWN_PLACES (CGROUP_N_CONTROLLERS + 1u)

/* A container's number (cgroup_container_id()) tells its hierarchy by its top bits. */
#define CGROUPS_ID_SHIFT 60
G_STATIC_ASSERT(CGROUP_N_CONTROLLERS < 16);

typedef struct {
    uint64_t tick; /* in which the path was asked; 0: never */
    dev_t dev;
    ino_t ino; /* what it led to */
    ino_t its; /* what is proved to be the container's: it was still there after its path had led
                  to this; 0: nothing is */
    uint64_t used; /* in which that was read, whatever the path leads to by now; 0: never */
} CgroupsKnownPlace;

typedef struct CgroupsKnown {
    uint64_t id; /* the container's, cgroup_container_id(); 0: nobody has said */
    /* private */
    GMutex lock; /* guards all below */
    CgroupsKnownPlace places[CGROUPS_KNOWN_PLACES];
} CgroupsKnown; /* all zero: nothing is known */

/* What was found out up to some moment. */
typedef struct {
    ino_t ino[CGROUPS_KNOWN_PLACES];
} CgroupsSeen;

/* Which place @hierarchy has. */
unsigned cgroups_place(const CgroupLayout *layout, const CgroupHierarchy *hierarchy);

/* False if the path of @place was not asked in @tick (not 0) yet. */
bool cgroups_known_find(CgroupsKnown *known, unsigned place, uint64_t tick, CgroupsKnownPlace *ret);
void cgroups_known_add(CgroupsKnown *known, unsigned place, const CgroupsKnownPlace *found);

/* True if what @place led to last is the very cgroup that the container's number is of, and was
 * proved: it need not be looked up in @tick (not 0).  Who reads in it fails when it is gone (but
 * for a second, if all that he wants are files which it is known not to have).  That its path may
 * lead elsewhere by now is no matter for this one; for others of a container, which v1 can rename
 * and replace, it is. */
bool cgroups_known_use(CgroupsKnown *known, unsigned place, uint64_t tick, CgroupsKnownPlace *ret);

/* In @tick the container was found by its number: one of its paths need not be asked again. */
void cgroups_known_renew(CgroupsKnown *known, uint64_t tick);

/* True if all that was found out or used in @tick is proved to be the container's, something was,
 * and nobody has been further.  Else *@ret_seen is what will be, if the container is there now. */
bool cgroups_known_are_its(CgroupsKnown *known, uint64_t tick, CgroupsSeen *ret_seen);
/* The container was there after @seen. */
void cgroups_known_prove(CgroupsKnown *known, const CgroupsSeen *seen);
