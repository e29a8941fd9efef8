/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "common/cgroup_layout.h"

/* Whose cgroups are asked. */
typedef struct {
    const CgroupLayout *layout;   /* borrowed */
    const CgroupPaths *container; /* borrowed */
    uint64_t tick; /* what was read of those above in this tick is not read again; 0: it is */
} Cgroups;
