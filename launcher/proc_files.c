/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The daemon's files over the kernel's.  The daemon gives a node to whoever looks it up, so this
 * must run in the child after it has joined its cgroups, and in its own mount namespace: only what
 * is mounted there can be cloned. */

#include "launcher/container.h"

#include "launcher/bind_list.h"
#include "launcher/launch_error.h"
#include "launcher/mounts.h"
#include "launcher/sync_socket.h"
#include "launcher/tree_position.h"

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

/* Each container is given a node of its own.  So when another looks up the same name meanwhile the
 * kernel drops the one we hold from its directory, and will not mount it: ENOENT
 * (linux:fs/dcache.c, d_set_mounted()).  Then it is looked up anew; what is really gone cannot be
 * cloned. */
#define ATTEMPTS 100

static bool
bind_name(int dir_fd, const char *name, int target_fd, GError **error)
{
    int errsv = ENOENT;

    for (int i = 0; i < ATTEMPTS && errsv == ENOENT; i++) {
        autofd mount_fd = mounts_clone(dir_fd, name, false, error);

        if (mount_fd < 0 ||
            !mounts_set(mount_fd, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, false, error))
            return false;
        errsv = mounts_try_attach(mount_fd, target_fd);
    }
    if (errsv != 0)
        launch_error_set_errno(error, errsv, "cannot mount %s", name);
    return errsv == 0;
}

static bool
bind_file(TreePosition *at, const char *file, const Target *target, GError **error)
{
    autofd target_fd = open_target(target, file + strlen(target->prefix));
    const char *name;

    if (target_fd < 0)
        return true;
    name = tree_position_move(at, file, error);
    return name && bind_name(at->dir_fd, name, target_fd, error);
}

static bool
bind_one(const Container *container, TreePosition *at, const char *file, GError **error)
{
    const Target targets[] = {{"proc/", container->proc_fd, PROC_SUPER_MAGIC},
                              {"sys/", container->sysfs_fd, SYSFS_MAGIC}};

    for (size_t t = 0; t < G_N_ELEMENTS(targets); t++)
        if (g_str_has_prefix(file, targets[t].prefix) && !bind_file(at, file, &targets[t], error))
            return false;
    return true;
}

bool
proc_files_bind(Container *container, GError **error)
{
    g_auto(TreePosition) at = TREE_POSITION_NULL;
    g_auto(GStrv) list = NULL;

    if (!container->plan->bind_files)
        return true;
    /* Until here the launcher has listed them, on another CPU. */
    list = sync_await_list(container->sync_fds[1], error);
    if (!list)
        return false;
    for (char **entry = list; *entry; entry++)
        if (bind_list_is_directory(*entry) ? !tree_position_enter(&at, *entry, error)
                                           : !bind_one(container, &at, *entry, error))
            return false;
    return true;
}
