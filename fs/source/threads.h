/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Private to fs/source: the threads of a cgroup and of all below it. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Called for each thread, with its id as the daemon's pid namespace has it; false ends the visit.
 */
typedef bool (*ThreadVisit)(uint64_t tid, void *data);

/* @dir is a cgroup of hierarchies of @version.  A cgroup that cannot be read has no threads. */
void threads_visit(unsigned version, int dir, ThreadVisit visit, void *data);
