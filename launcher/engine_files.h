/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container engine takes as a mount.  [pure] */

#pragma once

#include <stdbool.h>

/* True if runc lets @file, as "proc/meminfo", be mounted by config.json, a -v or a CDI device: of
 * what is below /proc it knows a list (libcontainer/rootfs_linux.go, checkProcMount), of /sys it
 * takes all.  Hooks are not asked. */
bool engine_files_allow(const char *file);
