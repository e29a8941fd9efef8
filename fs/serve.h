/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The spine: who asks → what does Linux say → what does he see → how is it written.  What happens
 * when that fails: fs/failure.h. */

#pragma once

#include "fs/history.h"
#include "fs/last_good.h"
#include "fs/loads.h"
#include "fs/policies.h"
#include "fs/proc/files.h"
#include "fs/source/snapshot.h"
#include "fs/view/cpu_view.h"

typedef struct {
    Sources sources;
    History *history; /* borrowed */
    Loads *loads;     /* borrowed */
    CpuPolicy cpu_policy;
    const Policies *policies; /* borrowed; NULL: all files are virtual, cpu_policy is everybody's */
    LastGood *last_good;      /* borrowed; NULL: after a failure there is nothing */
} Server;

/* One file: of a row that stands for many that with @numbers, as the reader knows them. */
typedef struct {
    const ProcFile *file;
    ProcNumbers numbers;
} ProcName;

/* Appends the text of @name for the thread @tid at the instant @now (CLOCK_BOOTTIME, microseconds).
 * READ_ERROR_GONE if he has no such CPU or node. */
bool serve(const Server *server, const ProcName *name, pid_t tid, uint64_t now, GString *out,
           GError **error);

/* Which container @tid is in, as cgroup_container_id(). */
bool serve_container_id(const Server *server, pid_t tid, uint64_t *ret, GError **error);

/* How a quota becomes CPUs in the reader's container. */
CpuPolicy serve_cpu_policy(const Server *server, const Reader *reader);

/* Whether the configuration hides @file from @tid.  Whoever is not known is told the general rule.
 */
bool serve_hides(const Server *server, const ProcFile *file, pid_t tid);
