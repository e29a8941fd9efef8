/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a plan must know of this machine, as plain values. */

#pragma once

#include "common/cgroup_layout.h"
#include "launcher/options.h"
#include "launcher/users.h"

/* Who serves the virtual files. */
typedef enum {
    SERVES_NOBODY,
    SERVES_TREE,  /* the daemon at options->tree */
    SERVES_BOUND, /* the same, and containers can be registered with it */
} Serving;

typedef struct {
    unsigned versions[CGROUP_N_CONTROLLERS]; /* 1, 2, or 0: not mounted */
    /* Controllers with the same number are one hierarchy ("cpu,cpuacct"). */
    unsigned hierarchies[CGROUP_N_CONTROLLERS];
    Serving serving;
    bool time_namespaces; /* the kernel has them */
    bool terminal;        /* standard input is one */
    User user;            /* options->user, looked up in the container */
    char *name;           /* for a container that was given none */
    char **environment;   /* the launcher's own */
} Facts;

/* Reads them, all but @serving.  @root_fd is the container's root directory. */
bool facts_read(const RunOptions *options, const CgroupLayout *layout, int root_fd, Facts *ret,
                GError **error);
void facts_clear(Facts *facts);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Facts, facts_clear)
