/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a worker is dead but for threads that the kernel holds. */

#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* True if the first thread of @pid has ended: a worker's does so only with all others, and those
 * that wait in the kernel where no signal reaches them (for a page that a request keeps locked,
 * linux:mm/filemap.c) will never run again.  Until they have come out, wait(2) does not tell of it,
 * and what it has locked stays so. */
bool dying_is(pid_t pid);
