/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's files over the kernel's.  The daemon gives a node to whoever looks it up, so this
 * must run in the child after it has joined its cgroups, and in its own mount namespace: only what
 * is mounted there can be cloned. */

#include "launcher/container.h"

#include "launcher/launch_error.h"
#include "launcher/mounts.h"
#include "launcher/tree.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

/* A file system the files belong to, by the first component of their path. */
typedef struct {
    const char *prefix;
    int root_fd;
    long magic;
} Target;

/* The kernel's file of that name; -1 if it has none.  No symlink is followed, and nothing that was
 * mounted there instead of the kernel's own file is covered. */
static int
open_target(const Target *target, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, target->root_fd, path, &how, sizeof(how));
    struct statfs fs;

    if (fd >= 0 && (fstatfs(fd, &fs) < 0 || fs.f_type != target->magic))
        fd_clear(&fd);
    return fd;
}

static bool
bind_file(int tree_fd, const char *file, const Target *target, GError **error)
{
    autofd target_fd = open_target(target, file + strlen(target->prefix)), mount_fd = -1;

    if (target_fd < 0)
        return true;
    mount_fd = mounts_clone(tree_fd, file, false, error);
    return mount_fd >= 0 &&
           mounts_set(mount_fd, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, false, error) &&
           mounts_attach(mount_fd, target_fd, file, error);
}

static bool
bind_all(const Container *container, int tree_fd, GError **error)
{
    const Target targets[] = {{"proc/", container->proc_fd, PROC_SUPER_MAGIC},
                              {"sys/", container->sysfs_fd, SYSFS_MAGIC}};
    g_autoptr(GPtrArray) files = tree_list(tree_fd, error);

    if (!files)
        return false;
    for (guint i = 0; i < files->len; i++)
        for (size_t t = 0; t < G_N_ELEMENTS(targets); t++)
            if (g_str_has_prefix(files->pdata[i], targets[t].prefix) &&
                !bind_file(tree_fd, files->pdata[i], &targets[t], error))
                return false;
    return true;
}

bool
proc_files_bind(Container *container, GError **error)
{
    const char *path =
        container->daemon.tree ? container->daemon.tree : container->plan->options->tree;
    autofd tree_fd = -1;
    struct statfs fs;

    if (!container->plan->bind_files)
        return true;
    tree_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (tree_fd < 0 || fstatfs(tree_fd, &fs) < 0 || fs.f_type != FUSE_SUPER_MAGIC) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "nobody serves %s any more", path);
        return false;
    }
    return bind_all(container, tree_fd, error);
}
