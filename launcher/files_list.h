/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which of the daemon's files a container gets, and from where. */

#pragma once

#include <glib.h>

/* The list of bind_list.h: every file of the daemon's @tree, from @bound, the container's directory
 * of the bound tree, if that has it.  @bound NULL, or gone: there is none.  The caller frees. */
GPtrArray *files_list(const char *bound, const char *tree, GError **error);
