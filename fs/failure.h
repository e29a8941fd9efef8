/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one rule for what a reader gets when a source fails:
 *
 * - the container has ended: ESTALE;
 * - a text is not as documented, or cannot be read: the text served last, if it is no more than a
 *   second old, else EIO;
 * - nobody knows who reads: EACCES;
 * - in no case the host's numbers.
 *
 * Each is counted, and logged at a limited rate. */

#pragma once

#include "common/cgroup_layout.h"
#include "fs/last_good.h"
#include "fs/proc/files.h"

#include <sys/types.h>

/* One attempt to make the text of a file for a container.  All borrowed. */
typedef struct {
    LastGood *texts; /* NULL: nothing is kept */
    const CgroupLayout *layout;
    const CgroupPaths *container;
    const ProcFile *file;
    uint64_t now; /* CLOCK_BOOTTIME in microseconds */
} Attempt;

/* It was made: keeps it for later. */
void failure_keep(const Attempt *attempt, const char *text, size_t len);

/* It failed with *@problem: appends what is served instead, or leaves *@error set.  Takes over
 * @problem. */
bool failure_forgive(const Attempt *attempt, GError *problem, GString *out, GError **error);

/* What the reader gets for @error: ESTALE, EIO or EACCES. */
int failure_errno(const GError *error, const ProcFile *file, pid_t tid);
