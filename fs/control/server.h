/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The control socket: a thread that answers one request of one connection after the other. */

#pragma once

#include "fs/control/commands.h"

#include <sys/stat.h>

#define CONTROL_SOCKET "ownprocd.sock" /* in the run directory */

typedef struct ControlServer ControlServer;

typedef struct {
    int fd; /* -1: there is none */
    char *path;
    struct stat file; /* that at path, if it is still ours */
} ControlSocket;

/* Listens at CONTROL_SOCKET in @run_dir, which is the caller's alone: what another daemon has left
 * there is replaced. */
bool control_listen(const char *run_dir, ControlSocket *ret, GError **error);
/* Takes the socket away. */
void control_unlisten(ControlSocket *socket);

/* Answers who connects to @listener, which is borrowed.  @config is copied, what it borrows is not.
 */
ControlServer *control_start(int listener, const ControlConfig *config, GError **error);
/* Ends the thread.  NULL is nobody. */
void control_stop(ControlServer *server);

/* Serves the connection @fd as the thread would; tests speak from its other end.  @stop_fd becomes
 * readable when nothing is to be waited for any more; -1: never. */
void control_serve(const ControlConfig *config, int fd, int stop_fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ControlServer, control_stop)
