/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's trees, of which nobody knows whether their daemon answers.  Each is asked in a
 * process of its own, so the caller must have a single thread; one that does not answer for
 * TREE_ASK_PATIENCE_SEC serves nobody, and READ_ERROR_IO says so.  All else is
 * LAUNCH_ERROR_FAILED. */

#pragma once

#include <glib.h>

#define TREE_ASK_PATIENCE_SEC 3 /* a worker that is stuck is replaced after 2 s */

/* The files of tree_list() of what is mounted at @path, as a vector of strings that the caller
 * frees. */
char **tree_ask(const char *path, GError **error);

/* What files_list() finds. */
GPtrArray *tree_ask_files(const char *bound, const char *tree, GError **error);

/* Those of @paths at which a daemon serves, in their order, as a vector of strings that the caller
 * frees; NULL and an error only if one does not answer. */
char **tree_ask_served(const char *const *paths, GError **error);
