/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Work that goes where we do not want to stay, or not come back from: into the mount namespace of a
 * container, whose file systems may never answer. */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    /* Runs in a process of its own, a copy of the caller, who must have no other threads.  Writes
     * what is to come back to @ret. */
    bool (*work)(void *data, GString *ret, GError **error);
    void *data;
    unsigned patience_sec;
} InChild;

/* What @what->work wrote; the caller frees.  NULL and LAUNCH_ERROR_FAILED if it failed, with its
 * sentence; READ_ERROR_IO if it has not ended in time: then it was killed, and nobody waits for
 * it. */
GString *in_child(const InChild *what, GError **error);
