/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parts of a running daemon, put together. */

#pragma once

#include "fs/options.h"
#include "fs/serve.h"

typedef struct {
    int root_fd;
    CgroupLayout layout;
    CgroupPaths bound; /* the container of --container-pid */
    Shelf *shelf;      /* borrowed; NULL: nothing is kept */
    bool is_safe;      /* Server.is_safe; set before daemon_open() */
    Readers *readers;
    History *history;
    Loads *loads;
    Containers *containers;
    Registry *registry;
    Askers *askers;
    Texts *texts;
    HostFiles *host_files;
    Tick tick;
    Server server; /* borrows all above: a Daemon must not be moved */
} Daemon;

/* Borrows @options, and @shelf, on which is kept what must not be lost when this process dies; what
 * is there already goes on (NULL: nothing is kept).  @daemon is {0} but for is_safe;
 * daemon_close() also after a failure. */
bool daemon_open(Daemon *daemon, const Options *options, Shelf *shelf, GError **error);
/* When nobody asks any more: from then on nothing is written to the shelf, which is another's. */
void daemon_rest(Daemon *daemon);
void daemon_close(Daemon *daemon);
