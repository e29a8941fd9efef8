/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Going into the background so that whoever started the daemon knows whether it serves. */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* Forks.  Returns only in the child, with the fd for background_ready(); the parent exits with 0
 * once that was called, else with the child's own exit code.  -1 and an error if it cannot. */
int background_start(GError **error);

/* Lets the parent go, and leaves the terminal's stdin, stdout and stderr.  Closes @fd. */
void background_ready(int fd);
