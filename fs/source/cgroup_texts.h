/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel writes for a cgroup in the very layout of the file in /proc. */

#pragma once

#include "fs/source/cgroups.h"
#include "fs/source/host.h"

/* @file ("cpu.pressure") of the v2 hierarchy, of the container or its nearest ancestor that counts
 * stalls: this is the one thing that hierarchy has on hybrid hosts, too.  ret->text is NULL if
 * nobody counts.  READ_ERROR_GONE. */
bool cgroup_read_pressure(const Cgroups *cgroups, const char *file, HostText *ret, GError **error);

/* memory.kmem.slabinfo of v1.  ret->text is NULL if the kernel tells no slabs of a cgroup: v2, and
 * v1 since Linux 5.9.  READ_ERROR_GONE. */
bool cgroup_read_slabinfo(const Cgroups *cgroups, HostText *ret, GError **error);
