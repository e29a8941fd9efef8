/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The launcher's half of proc_files.c: which files there are, while the child mounts on another
 * CPU. */

#include "launcher/container.h"

#include "launcher/bind_list.h"
#include "launcher/sync_socket.h"
#include "launcher/tree.h"

static const char *
tree_of(const Container *container)
{
    return container->daemon.tree ? container->daemon.tree : container->plan->options->tree;
}

static GPtrArray *
list_files(const Container *container, GError **error)
{
    const char *tree = tree_of(container);
    autofd tree_fd = tree_open(tree);
    autofd bound_fd = container->bound ? tree_open(container->bound) : -1;
    g_autoptr(GPtrArray) bound_files = bound_fd >= 0 ? tree_list_bound(bound_fd, NULL) : NULL;
    g_autoptr(GPtrArray) files = tree_list(tree_fd, error);

    if (!files)
        return NULL;
    return bind_list(bound_files ? container->bound : NULL, bound_files, tree, files);
}

bool
proc_files_list(Container *container, GError **error)
{
    g_autoptr(GPtrArray) list = NULL;

    if (!container->plan->bind_files)
        return true;
    list = list_files(container, error);
    return list && sync_send_list(container->sync_fds[0], list, error);
}
