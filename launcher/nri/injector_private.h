/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shared by injector.c, what goes on by itself, and injector_ops.c, what runtimes tell. */

#pragma once

#include "launcher/nri/injector.h"

#include "launcher/nri/jobs.h"
#include "launcher/nri/scout.h"
#include "launcher/tally.h"

/* A container that is to have the files. */
typedef struct {
    InjectorRuntime *runtime;
    char *name;
    char *cgroup; /* where it should be (cgroup_name.h); NULL: nobody knows */
    bool bound;   /* it was registered under that */
    bool forced;  /* policy_is_forced() */
    bool started;
    pid_t pid; /* once it is started */
} Known;

struct Injector {
    const Policy *policy;
    Scout *scout;
    Jobs *jobs;
    GHashTable *known; /* id to Known */
    gint64 retry_at;   /* when to ask for the daemon again */
    gint64 retry_usec; /* and after how long once more */
};

/* Whether a container is where cgroup_name_path() says depends on how the machine is set up: until
 * one was seen there, none is registered before it exists.  Files of a cgroup that never comes
 * cannot be read. */
typedef enum {
    TRUST_NONE,
    TRUST_SEEN,
    TRUST_LOST, /* one was seen elsewhere */
} Trust;

struct InjectorRuntime {
    Injector *injector;
    char *name;     /* "containerd 1.7.24" */
    Policy *policy; /* with what the runtime had to say */
    Trust trust;
    bool restarts; /* a container may be started again, in another cgroup of the same name */
};

void injector_count(const Injector *injector, TallyOutcome outcome);
