/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which containers run on this machine, as its processes tell. */

#pragma once

#include "launcher/attach/process.h"

/* The oldest process of each container: of each mount namespace that is not the machine's or our
 * own and whose processes have another pid namespace too, or an engine's cgroup and another root.
 * @below: only of processes below this cgroup, as /proc/PID/cgroup writes it; NULL: all.  By age;
 * the caller unrefs the array of Process. */
GPtrArray *find_containers(const char *below, GError **error);

/* Those that @word means: a name that `ownproc run` gave or the daemon of @run_dir knows, an
 * engine's id or its first digits, or the pid of any process, in this order.  There are several if
 * processes of one container have mount namespaces of their own.  LAUNCH_ERROR_FAILED if there are
 * none, or of different containers. */
GPtrArray *find_container(const char *word, const char *run_dir, GError **error);
