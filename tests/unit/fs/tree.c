/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/fs/tree.h"

#include "common/fd.h"
#include "common/io.h"

#include <fcntl.h>

#define CONTAINERS_MAX 64

char *
tree_look_inside(int pid_dir_fd, size_t *ret_len, GError **error)
{
    return io_read_at(pid_dir_fd, "cgroup.inside", ret_len, error);
}

void
tree_open(const char *directory, Tree *ret)
{
    g_autoptr(GError) error = NULL;
    ReadersConfig config = {.look_inside = tree_look_inside};

    *ret = (Tree){.root_fd = io_open_at(AT_FDCWD, directory, O_PATH | O_DIRECTORY, &error)};
    g_assert_no_error(error);
    (void)cgroup_layout_read(ret->root_fd, &ret->layout, &error);
    g_assert_no_error(error);
    config.root_fd = ret->root_fd;
    config.layout = &ret->layout;
    ret->readers = readers_new(&config, &error);
    g_assert_no_error(error);
    ret->containers = containers_new(&ret->layout, CONTAINERS_MAX, 0);
    ret->askers = askers_new(&(AskersConfig){ret->readers, ret->containers, NULL});
    ret->history = history_new(CONTAINERS_MAX);
    ret->server = (Server){.sources = {ret->root_fd, &ret->layout, ret->readers, NULL},
                           .askers = ret->askers,
                           .containers = ret->containers,
                           .history = ret->history,
                           .cpu_policy = CPU_POLICY_CEIL};
    ret->loads = loads_new(&ret->server.sources, CONTAINERS_MAX);
    ret->server.loads = ret->loads;
}

void
tree_close(Tree *tree)
{
    loads_free(tree->loads);
    history_free(tree->history);
    askers_free(tree->askers);
    containers_free(tree->containers);
    readers_free(tree->readers);
    cgroup_layout_clear(&tree->layout);
    fd_clear(&tree->root_fd);
}
