/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One directory of the daemon's tree at a time: each is looked up once, not once for each of its
 * files. */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* private */
typedef struct {
    int tree_fd;
    int dir_fd;
    char *path; /* of dir_fd; NULL: none yet */
} TreePosition;

#define TREE_POSITION_NULL                                                                         \
    {                                                                                              \
        -1, -1, NULL                                                                               \
    }

/* Goes to @tree, a directory of a bind_list.h list.  LAUNCH_ERROR_FAILED. */
bool tree_position_enter(TreePosition *at, const char *tree, GError **error);

/* Goes to the directory of @file, @at->dir_fd.  Returns the file's name in it, borrowed from @file;
 * NULL if the directory is gone. */
const char *tree_position_move(TreePosition *at, const char *file, GError **error);

void tree_position_clear(TreePosition *at);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TreePosition, tree_position_clear)
