/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/files_list.h"

#include "common/fd.h"
#include "launcher/bind_list.h"
#include "launcher/launch_error.h"
#include "launcher/tree.h"

GPtrArray *
files_list(const char *bound, const char *tree, GError **error)
{
    autofd tree_fd = tree_open(tree);
    autofd bound_fd = bound ? tree_open(bound) : -1;
    g_autoptr(GPtrArray) bound_files = bound_fd >= 0 ? tree_list_bound(bound_fd, NULL) : NULL;
    g_autoptr(GPtrArray) files = NULL;

    if (tree_fd < 0) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "no daemon serves %s", tree);
        return NULL;
    }
    files = tree_list(tree_fd, error);
    if (!files)
        return NULL;
    return bind_list(bound_files ? bound : NULL, bound_files, tree, files);
}
