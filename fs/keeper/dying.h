/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a worker is dead but for threads that the kernel holds. */

#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* True if nothing of @pid will run again in a way that matters: each of its threads has ended, or
 * is where no signal reaches it.  One that was killed there (waiting for a page that a request
 * keeps locked, linux:mm/filemap.c; or frozen) comes out of it only to end.  One that could run has
 * not come to its end yet: it may be about to read a request into the table. */
bool dying_is_held(pid_t pid);

/* True if moreover the first thread of @pid has ended: a worker's does so only with all others.
 * Until those that are held have come out, wait(2) does not tell of it, and what it has locked
 * stays so. */
bool dying_is(pid_t pid);
