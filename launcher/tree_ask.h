/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's tree, of which nobody knows whether its daemon answers. */

#pragma once

#include <glib.h>

/* The files of tree_list() of what is mounted at @path, as a vector of strings that the caller
 * frees; a daemon that does not answer for @patience_sec serves nobody.  LAUNCH_ERROR_FAILED.  The
 * caller must have a single thread. */
char **tree_ask(const char *path, unsigned patience_sec, GError **error);
