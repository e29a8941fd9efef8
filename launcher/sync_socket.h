/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Both ends of the launcher's conversation with its child. */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* [0] is the launcher's end, [1] the child's. */
bool sync_open(int ret_fds[2], GError **error);

/* The launcher: what the child waits for is done, and made this @list of strings, or NULL.  True
 * also if the child has ended: sync_wait() says why. */
bool sync_send_list(int fd, const GPtrArray *list, GError **error);

/* The child: waits for that.  The caller frees the list. */
char **sync_await_list(int fd, GError **error);

/* The child: says @failure.  What cannot be said is seen by the exit status. */
void sync_send(int fd, const GError *failure);

/* The launcher: true when the command runs; else the child's error. */
bool sync_wait(int fd, const char *command, GError **error);
