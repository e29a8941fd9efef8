/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a container will be, before it is there.  [pure] */

#pragma once

/* @cgroups_path is what the runtime tells its low-level runtime: a path from the root of each
 * hierarchy, or for systemd "slice:prefix:name" (opencontainers/runc, docs/systemd.md).  Returns
 * what /proc/PID/cgroup will say, or NULL if that depends on more than this text; the caller frees.
 */
char *cgroup_name_path(const char *cgroups_path);
