/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon as its keeper: mounts, or takes over what is mounted, and keeps it (fs/keeper). */

#pragma once

#include "fs/options.h"

typedef enum {
    HOLD_FAILED = -1,
    HOLD_ENDED = 1, /* nothing is mounted any more, or another keeper goes on */
    HOLD_KEPT,      /* the service manager has everything (--fd-store), and is to start it again */
} HoldEnd;

/* Returns when somebody has told it to end, or another keeper goes on.  @argv are the workers'
 * arguments: this process's own.  HOLD_FAILED without an error if what failed has said so.
 * @parent is background_start()'s, or -1. */
HoldEnd hold_run(const Options *options, char **argv, int parent, GError **error);
