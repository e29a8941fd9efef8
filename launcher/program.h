/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Other programs: those of others, and ours that are beside this one. */

#pragma once

#include <glib.h>

/* The path of the program @name, looked for in PATH and, because engines may have none, where
 * programs usually are; a path is left as it is.  NULL if it is not there; the caller frees. */
char *program_find(const char *name);

/* The path of our program @name that is in the first of @places, which end with NULL and are seen
 * from this program's directory: "" as it is installed, "../fs/" as it is built.  NULL if it is in
 * none; the caller frees. */
char *program_beside(const char *const *places, const char *name);

/* What "@path @argument" writes to its standard output; the caller frees.  NULL if it cannot be
 * executed or has not ended after @patience_sec.  The caller must have a single thread. */
GString *program_ask(const char *path, const char *argument, unsigned patience_sec);
