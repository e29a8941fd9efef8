/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The service manager: what it is told (sd_notify(3)), and its fd store, a third holder of the
 * mounts beside the keeper and its workers, which lasts over a restart of the service. */

#pragma once

#include "fs/keeper/holdings.h"

/* Sends @state ("READY=1").  0 without doing anything if there is no service manager; -1 and errno.
 */
int store_notify(const char *state);
/* As above, with an fd. */
int store_notify_fd(const char *state, int fd);

/* Gives it a dup of everything.  With FDPOLL=0: a manager that polled /dev/fuse would be woken by
 * each request.  True if it took all of that (whether it keeps them its unit says:
 * FileDescriptorStoreMax=). */
bool store_put(const Holdings *holdings);
void store_remove(const char *connection);

/* What the service manager gave this process back (sd_listen_fds(3)): 1 and @ret if it was a table
 * and its connections, 0 if it gave nothing of ours, -1 and errno if what it gave does not fit:
 * then it is told to forget that, and everything has to be made anew.
 * Ask it before adopt_ask(): the socket that it keeps looks as if a keeper listened there.
 * What is not ours stays open.  @fallback tells where connections are mounted, which the store does
 * not keep: by their names; it may be NULL. */
int store_take(const Holdings *fallback, Holdings *ret);
