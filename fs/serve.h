/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The spine: who asks → what does Linux say → what does he see → how is it written.  What happens
 * when that fails: fs/failure.h. */

#pragma once

#include "fs/askers.h"
#include "fs/history.h"
#include "fs/loads.h"
#include "fs/policies.h"
#include "fs/proc/files.h"
#include "fs/registry.h"
#include "fs/source/snapshot.h"
#include "fs/texts.h"
#include "fs/view/cpu_view.h"

typedef struct {
    Sources sources;
    Askers *askers; /* borrowed, as all below */
    Containers *containers;
    Texts *texts; /* NULL: no text is kept, for nobody else and for no failure */
    History *history;
    Loads *loads;
    CpuPolicy cpu_policy;
    Registry *registry;       /* NULL: none can be registered */
    const Policies *policies; /* NULL: all files are virtual, cpu_policy is everybody's */
    bool is_safe; /* nothing of a container is read: there are the texts that were made before */
} Server;

/* One file: of a row that stands for many that with @numbers, as the reader knows them. */
typedef struct {
    const ProcFile *file;
    ProcNumbers numbers;
} ProcName;

/* The text of @name for @asker at the instant @now (CLOCK_BOOTTIME, microseconds), or the one that
 * was made for his container in this tick.  The caller clears @ret.  READ_ERROR_GONE if he has no
 * such CPU or node, or if his container has ended; READ_ERROR_LATER if @server is safe and none was
 * made before. */
bool serve_text(const Server *server, const ProcName *name, Asker *asker, uint64_t now, Text *ret,
                GError **error);

/* How a quota becomes CPUs in the asker's container. */
CpuPolicy serve_cpu_policy(const Server *server, const Asker *asker);

/* Whether the configuration hides @file from @asker.  Whoever is not known (NULL) is told the
 * general rule. */
bool serve_hides(const Server *server, const ProcFile *file, const Asker *asker);
