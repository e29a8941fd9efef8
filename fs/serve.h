/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The spine: who asks → what does Linux say → what does he see → how is it written.  And the one
 * rule for failures: never the host's numbers in a container's file. */

#pragma once

#include "fs/history.h"
#include "fs/loads.h"
#include "fs/proc/files.h"
#include "fs/source/snapshot.h"
#include "fs/view/cpu_view.h"

typedef struct {
    Sources sources;
    History *history; /* borrowed */
    Loads *loads;     /* borrowed */
    CpuPolicy cpu_policy;
} Server;

/* Appends the text of @file for the thread @tid at the instant @now (CLOCK_BOOTTIME, microseconds).
 */
bool serve(const Server *server, const ProcFile *file, pid_t tid, uint64_t now, GString *out,
           GError **error);

/* Which container @tid is in, as cgroup_container_id(). */
bool serve_container_id(const Server *server, pid_t tid, uint64_t *ret, GError **error);

/* What a reader gets for @error: ESTALE (gone), EIO (malformed, unreadable), EACCES (stranger).
 * Counts it and logs what is not the reader's own end, at a limited rate. */
int serve_errno(const GError *error, const ProcFile *file, pid_t tid);
