/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Programs of others. */

#pragma once

#include <glib.h>

/* The path of the program @name, looked for in PATH and, because engines may have none, where
 * programs usually are; a path is left as it is.  NULL if it is not there; the caller frees. */
char *program_find(const char *name);

/* What "@path @argument" writes to its standard output; the caller frees.  NULL if it cannot be
 * executed or has not ended after @patience_sec.  The caller must have a single thread. */
GString *program_ask(const char *path, const char *argument, unsigned patience_sec);
