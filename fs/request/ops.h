/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel may ask of the mount, each: decode, one call, one reply. */

#pragma once

#include "fs/serve.h"

#include <fuse_lowlevel.h>

typedef struct {
    const Server *server;  /* borrowed */
    uint64_t (*now)(void); /* CLOCK_BOOTTIME in microseconds */
    size_t max_text_bytes; /* kept for open files, all together */
} OpsConfig;

typedef struct Ops Ops; /* userdata of the session */

/* To be given to fuse_session_new() with an Ops as userdata. */
extern const struct fuse_lowlevel_ops ops_table;

Ops *ops_new(const OpsConfig *config);
void ops_free(Ops *ops);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ops, ops_free)
