/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keeper of a pod, which outlives it: of the host's namespaces, with its program in memory.
 * What stays in the pod does nothing but end with it. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Forks.  The child, which is to become the keeper, returns: in a session of its own, its messages
 * going to the parent.  The parent does not: it passes them on to standard error, and exits with 0
 * once it is told to end (SIGTERM, SIGINT), or with the child's exit code as soon as that fails.  A
 * keeper that ends well has handed over or was shut down: no reason to end, and start another.
 * False and an error if it cannot. */
bool pod_start(GError **error);

/* In the child.  Goes on as a copy of this program in memory, with the arguments @argv, in the
 * namespaces for mounts, network, IPC and names of the process @host: nothing that is the pod's is
 * needed or held.  Returns only if it cannot, false and an error: also if the program is not linked
 * statically, for then it would need the libraries of the host. */
bool pod_leave(pid_t host, char **argv, GError **error);

/* True in what pod_leave() went on as. */
bool pod_has_left(void);
