/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which file a command is. */

#pragma once

#include <glib.h>

/* As execvp(3): a name without a slash is searched in PATH of @env.  Run it in the container, as
 * its user.  LAUNCH_ERROR_NOT_FOUND, LAUNCH_ERROR_NOT_EXECUTABLE.  The caller frees. */
char *command_find(const char *command, char **env, GError **error);
