/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A container's limits and what it uses, in a few numbers: for people who look from the host. */

#pragma once

#include "fs/serve.h"

#define SUMMARY_NO_LIMIT UINT64_MAX

/* Bytes and counts. */
typedef struct {
    unsigned cpus; /* it is shown */
    uint64_t memory_limit, memory_used;
    uint64_t swap_limit, swap_used;
} Summary;

/* At @now (CLOCK_BOOTTIME, microseconds).  READ_ERROR_GONE if its cgroup is not there any more. */
bool summary_take(const Server *server, Container *container, uint64_t now, Summary *ret,
                  GError **error);

/* The path by which people know a container: of the hierarchy in which it has one that is not "/".
 * Borrowed from @paths. */
const char *summary_path(const Server *server, const CgroupPaths *paths);
