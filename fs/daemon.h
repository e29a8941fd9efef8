/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parts of a running daemon, put together. */

#pragma once

#include "fs/options.h"
#include "fs/serve.h"

typedef struct {
    int root_fd;
    CgroupLayout layout;
    CgroupPaths bound; /* the container of --container-pid */
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

/* Borrows @options.  @daemon is {0}; daemon_close() also after a failure. */
bool daemon_open(Daemon *daemon, const Options *options, GError **error);
void daemon_close(Daemon *daemon);
