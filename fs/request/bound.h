/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bound tree: a directory for each registered container, NAME/proc/meminfo, whose files show
 * that container to whoever reads them.  So nobody has to be asked who he is: OPEN is not even
 * sent, and within a tick a read is answered from the kernel's own pages, without us.  Only files
 * are here whose length is known and fits a page: fs/request/sizes.h tells why. */

#pragma once

#include "fs/request/expiry.h"
#include "fs/serve.h"

#include <fuse_lowlevel.h>

typedef struct {
    const Server *server;  /* borrowed */
    uint64_t (*now)(void); /* CLOCK_BOOTTIME in microseconds */
    Expiry *expiry;        /* borrowed; NULL: pages stay until somebody asks (tests) */
} BoundConfig;

typedef struct Bound Bound; /* userdata of the session */

/* To be given to fuse_session_new() with a Bound as userdata.  The superblock is to be mounted
 * read-only: otherwise each read makes the kernel ask for the access time. */
extern const struct fuse_lowlevel_ops bound_table;

/* Whose turn a request for @node is: the registered container's; those for directories have turns
 * of their own.  An IntakeWhose. */
uint64_t bound_whose(void *bound, uint64_t node);

/* What @node is to people: "proc/meminfo of web"; the caller frees. */
char *bound_describe(const Bound *bound, uint64_t node);

Bound *bound_new(const BoundConfig *config);
void bound_free(Bound *bound);
/* Through which connection @bound is asked, as ExpiryConfig.drop() wants it; call it before. */
void bound_connect(Bound *bound, gpointer connection);
/* As ops_keep(): goes on where the life before had to stop. */
void bound_keep(Bound *bound, Shelf *shelf);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bound, bound_free)
