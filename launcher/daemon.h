/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A daemon for one container, where none serves the machine.  It mounts in the launcher's own mount
 * namespace, so the mount is seen by nobody else and vanishes with the last of the two, however
 * they end. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;     /* 0: none */
    int notify_fd; /* stays open: it speaks when it stops, too */
    char *tree;    /* where it mounts */
} PrivateDaemon;

#define PRIVATE_DAEMON_NULL ((PrivateDaemon){0, -1, NULL})

/* Where the private daemon of container @name mounts. */
char *daemon_tree(const char *name);

/* Gives the launcher a mount namespace of its own; before anything is opened that is to be
 * cloned. */
bool daemon_isolate(GError **error);

/* Starts @program (NULL: search for it) and waits until it serves @tree. */
bool daemon_start(const char *program, const char *tree, PrivateDaemon *ret, GError **error);

/* Ends it, waits for its end and removes its directory. */
void daemon_stop(PrivateDaemon *daemon);
