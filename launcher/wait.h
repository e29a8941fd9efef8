/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The launcher while its container runs. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Blocks all signals, so that none is lost between here and wait_for_exit(). */
void wait_block_signals(void);

/* Forwards signals to @pid, the container's init and our child, until it ends.  Returns its exit
 * code. */
int wait_for_exit(pid_t pid);
