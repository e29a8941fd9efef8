/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The control socket: a thread that answers one request of one connection after the other. */

#pragma once

#include "fs/control/commands.h"

#define CONTROL_SOCKET "ownprocd.sock" /* in the run directory */

typedef struct ControlServer ControlServer;

/* Listens at CONTROL_SOCKET in @run_dir, which is the caller's alone: what another daemon has left
 * there is replaced.  @config is copied, what it borrows is not. */
ControlServer *control_start(const char *run_dir, const ControlConfig *config, GError **error);
/* Ends the thread and takes the socket away.  NULL is nobody. */
void control_stop(ControlServer *server);

/* Serves the connection @fd as the thread would; tests speak from its other end.  @stop_fd becomes
 * readable when nothing is to be waited for any more; -1: never. */
void control_serve(const ControlConfig *config, int fd, int stop_fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ControlServer, control_stop)
