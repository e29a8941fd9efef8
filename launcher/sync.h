/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the child says to the launcher before the command runs.  Nothing but the end of the stream
 * is success: every end of the socket is closed by exec.  Plain C, because init says it too. */

#pragma once

#include <stdint.h>

#define SYNC_TEXT_MAX 1024

/* One packet. */
typedef struct {
    uint32_t code;            /* the exit code this failure means: 125, 126 or 127 */
    int32_t errsv;            /* from init: why execve(2) failed; 0: @text says it all */
    char text[SYNC_TEXT_MAX]; /* NUL-terminated */
} SyncMessage;
