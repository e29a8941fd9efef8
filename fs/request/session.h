/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One FUSE connection and the threads that serve it. */

#pragma once

#include "fs/request/ops.h"

typedef struct Session Session;

/* Takes over @fuse_fd: /dev/fuse as mount(2) got it, or in a test one end of a SOCK_SEQPACKET pair,
 * through which requests come that no kernel sent. */
Session *session_new(int fuse_fd, const OpsConfig *config, GError **error);
void session_free(Session *session);

/* Waits for one request and answers it.  False once the connection has ended. */
bool session_serve_one(Session *session);

/* Call before any thread exists: the signals that end a session are for session_run() alone. */
void session_block_signals(void);

/* Serves until SIGTERM or SIGINT comes (then returns true) or the connection ends by itself,
 * because somebody unmounted it (false).  @stopping is called in between: it takes the mount away
 * while it still answers, so that nobody finds it dead. */
bool session_run(Session *session, void (*stopping)(void *data), void *data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)
