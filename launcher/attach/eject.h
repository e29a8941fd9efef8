/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Takes the daemon's files out of a container again, or those of a server that is gone. */

#pragma once

#include "launcher/attach/place.h"

typedef enum {
    EJECT_OURS, /* the daemon's, and those of daemons that are gone */
    EJECT_DEAD, /* those of daemons that are gone, also lxcfs's, and of containers that ours does
                   not know any more */
    EJECT_LOOK, /* counts what EJECT_DEAD would take */
} EjectWhat;

typedef struct {
    Place *place;
    const GPtrArray *mounts; /* of the container (mount_tree.h) */
    char **devices;          /* of the daemon's file systems */
    EjectWhat what;
} Eject;

/* Done in a process of its own.  Every layer, at every file below /proc and /sys, as far as nothing
 * else covers it. */
bool eject_files(const Eject *what, unsigned *ret_count, GError **error);
