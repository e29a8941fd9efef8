/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/registry*.c. */

#pragma once

#include "fs/registry.h"

struct Registry {
    const CgroupLayout *layout;
    Containers *containers;
    unsigned max;
    Shelf *shelf;          /* NULL: nothing is kept */
    GMutex lock;           /* guards all below, and the private parts of each Registered */
    GHashTable *by_number; /* owns a reference of each */
    GHashTable *by_name;   /* the same ones */
    GQueue by_look;        /* the one looked at last comes first */
    uint64_t last;         /* number given */
};

/* Under the lock.  Takes over @registered. */
void registry_enter(Registry *registry, Registered *registered);
/* Under the lock: writes its record (registry_kept.c). */
void registry_keep_one(Registry *registry, const Registered *registered);
