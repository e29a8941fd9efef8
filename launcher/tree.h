/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's tree as its users see it. */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* Opens the tree mounted at @path, O_PATH; -1 if nobody serves there: nothing is mounted, it is no
 * FUSE mount, or its daemon does not answer. */
int tree_open(const char *path);

/* The regular files below proc/ and sys/ of @tree_fd, as "proc/meminfo", directory by directory; of
 * directories in which each container finds something else, the directory.
 * The list is the daemon's: a file it serves tomorrow is found without a change here.  Fails if
 * there are none. */
GPtrArray *tree_list(int tree_fd, GError **error);

/* The files below proc/ of @bound_fd, one container's directory of the bound tree; each was looked
 * up.  What lies below sys/ differs in length from one read to the next and is never there. */
GPtrArray *tree_list_bound(int bound_fd, GError **error);
