/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a container engine takes as a mount.  [pure] */

#pragma once

#include <stdbool.h>

/* A file over /proc that runc lets be mounted by config.json, a -v or a CDI device: it knows a list
 * (libcontainer/rootfs_linux.go, checkProcMount).  Hooks are not asked. */
typedef struct {
    const char *name;  /* "proc/meminfo" */
    unsigned since[4]; /* of runc: major, minor, patch, release candidate */
} EngineFile;

#define ENGINE_FILES_FINAL 1000u /* the release that follows its candidates */

/* By name; the last has none, NULL. */
extern const EngineFile engine_files[];

/* True if @file is one of them, or below sys/, of which runc takes all. */
bool engine_files_allow(const char *file);
