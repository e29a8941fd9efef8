/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/tree_position.h"

#include "common/fd.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <string.h>

static void
leave_directory(TreePosition *at)
{
    fd_clear(&at->dir_fd);
    g_clear_pointer(&at->path, g_free);
}

void
tree_position_clear(TreePosition *at)
{
    leave_directory(at);
    fd_clear(&at->tree_fd);
}

bool
tree_position_enter(TreePosition *at, const char *tree, GError **error)
{
    tree_position_clear(at);
    at->tree_fd = open(tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at->tree_fd >= 0)
        return true;
    launch_error_set_errno(error, errno, "cannot open %s", tree);
    return false;
}

const char *
tree_position_move(TreePosition *at, const char *file, GError **error)
{
    const char *slash = strrchr(file, '/');
    size_t len = (size_t)(slash - file);

    if (at->path && strlen(at->path) == len && strncmp(at->path, file, len) == 0)
        return slash + 1;
    leave_directory(at);
    at->path = g_strndup(file, len);
    at->dir_fd = openat(at->tree_fd, at->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (at->dir_fd >= 0)
        return slash + 1;
    launch_error_set_errno(error, errno, "cannot open %s of the daemon's tree", at->path);
    return NULL;
}
