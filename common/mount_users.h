/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who has something of a mount: binds of it anywhere on the machine. */

#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;   /* the first process found in that mount namespace */
    char *name;  /* its comm */
    char *root;  /* what of the tree it is: "/proc/meminfo" */
    char *point; /* where, as it sees it */
} MountUser;

/* All but the daemon's mount at @target itself, of which namespaces of services have copies at the
 * same path that go with it.  Of each namespace that has processes; the caller frees.
 * READ_ERROR_GONE if there is no such mount; another one if of a namespace it cannot be told, and
 * so somebody there may have. */
GPtrArray *mount_users_find(const char *target, GError **error);
