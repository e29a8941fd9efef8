/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel may ask of the mount, each: decode, one call, one reply. */

#pragma once

#include "fs/keeper/table.h"
#include "fs/request/expiry.h"
#include "fs/serve.h"

#include <fuse_lowlevel.h>

typedef struct {
    const Server *server;  /* borrowed */
    uint64_t (*now)(void); /* CLOCK_BOOTTIME in microseconds */
    size_t max_text_bytes; /* kept for open files, all together */
    Expiry *expiry;        /* borrowed; NULL: pages stay until somebody asks (tests) */
    bool names_settle;     /* fs/request/settled.h; not where the clock stands still (tests) */
    const TableFigures *figures; /* of the keeper, borrowed; NULL: there is none */
} OpsConfig;

typedef struct Ops Ops; /* userdata of the session */

/* To be given to fuse_session_new() with an Ops as userdata. */
extern const struct fuse_lowlevel_ops ops_table;

/* Whose turn a request for @node is: the container's of which it is; those for directories, which
 * are the same for all, have turns of their own.  An IntakeWhose. */
uint64_t ops_whose(void *ops, uint64_t node);

/* What @node is to people: "proc/meminfo of /docker/1234"; the caller frees. */
char *ops_describe(const Ops *ops, uint64_t node);

Ops *ops_new(const OpsConfig *config);
void ops_free(Ops *ops);
/* Through which connection @ops are asked, as ExpiryConfig.drop() wants it; call it before. */
void ops_connect(Ops *ops, gpointer connection);
/* From then on what readers could miss is kept on @shelf (borrowed), and what is there goes on.  To
 * be called when the containers are kept, and before anybody asks. */
void ops_keep(Ops *ops, Shelf *shelf);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ops, ops_free)
