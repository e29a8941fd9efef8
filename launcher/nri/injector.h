/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is given which files, and when: what the sessions with all runtimes have in common. */

#pragma once

#include "launcher/nri/policy.h"
#include "launcher/nri/session.h"

typedef struct Injector Injector;
/* One runtime of it, the @data of its session. */
typedef struct InjectorRuntime InjectorRuntime;

extern const SessionOps injector_ops;

/* @policy is borrowed. */
Injector *injector_new(const Policy *policy);
void injector_free(Injector *injector);
const char *injector_run_dir(const Injector *injector);

InjectorRuntime *injector_runtime_new(Injector *injector);
/* Its connection is gone: what it had us remember, too.  It tells us again. */
void injector_runtime_free(InjectorRuntime *runtime);

/* Goes on with what was left to be done, if the daemon is there. */
void injector_step(Injector *injector);
/* Appends what to poll for (struct pollfd) before the next step; returns for how long at most,
 * milliseconds, -1: for ever. */
int injector_poll(Injector *injector, GArray *fds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Injector, injector_free)
