/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Names that attach has made and nobody needs any more.  The daemon forgets a container with its
 * cgroup; one that was in a cgroup that others use goes on to be known. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What a container is called that has no name, or one that another has: by its mount namespace and
 * the start of its first process, for numbers of namespaces are used again.  The caller frees. */
char *sweep_name(uint64_t mount_ns, uint64_t started);
bool sweep_is_name(const char *name);

/* Unregisters those whose first process has ended, and of which nothing is mounted anywhere: others
 * may have gone on in there.  What cannot be told leaves them. */
void sweep(const char *run_dir);
