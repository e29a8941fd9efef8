/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The launcher's half of proc_files.c: which files there are, while the child mounts on another
 * CPU. */

#include "launcher/container.h"

#include "launcher/files_list.h"
#include "launcher/sync_socket.h"

static const char *
tree_of(const Container *container)
{
    return container->daemon.tree ? container->daemon.tree : container->plan->options->tree;
}

bool
proc_files_list(Container *container, GError **error)
{
    g_autoptr(GPtrArray) list = NULL;

    if (!container->plan->bind_files)
        return true;
    list = files_list(container->bound, tree_of(container), error);
    return list && sync_send_list(container->sync_fds[0], list, error);
}
