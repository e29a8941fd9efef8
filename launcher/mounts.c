/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/mounts.h"

#include "common/fd.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* "key=value" or "flag" for fsconfig(2). */
static bool
configure(int fs_fd, const char *type, const char *option, GError **error)
{
    const char *equals = strchr(option, '=');
    g_autofree char *key = g_strndup(option, equals ? (gsize)(equals - option) : strlen(option));
    int failed = equals ? fsconfig(fs_fd, FSCONFIG_SET_STRING, key, equals + 1, 0)
                        : fsconfig(fs_fd, FSCONFIG_SET_FLAG, key, NULL, 0);

    if (failed)
        launch_error_set_errno(error, errno, "%s does not take '%s'", type, option);
    return !failed;
}

int
mounts_new(const char *type, const char *options, unsigned attributes, GError **error)
{
    autofd fs_fd = fsopen(type, FSOPEN_CLOEXEC);
    g_auto(GStrv) words = options ? g_strsplit(options, ",", -1) : NULL;
    int fd;

    if (fs_fd < 0) {
        launch_error_set_errno(error, errno, "cannot make a %s", type);
        return -1;
    }
    for (char **word = words; word && *word; word++)
        if (!configure(fs_fd, type, *word, error))
            return -1;
    if (fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
        (fd = fsmount(fs_fd, FSMOUNT_CLOEXEC, attributes)) < 0) {
        launch_error_set_errno(error, errno, "cannot make a %s", type);
        return -1;
    }
    return fd;
}

int
mounts_clone(int dirfd, const char *path, bool recursive, GError **error)
{
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    int fd = open_tree(dirfd, path, recursive ? flags | AT_RECURSIVE : flags);

    if (fd < 0)
        launch_error_set_errno(error, errno, "cannot clone the mount of %s", path);
    return fd;
}

static bool
set_attributes(int mount_fd, struct mount_attr *attributes, bool recursive, GError **error)
{
    if (mount_setattr(mount_fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0u), attributes,
                      sizeof(*attributes)) == 0)
        return true;
    launch_error_set_errno(error, errno, "cannot set the mount's attributes");
    return false;
}

bool
mounts_set(int mount_fd, uint64_t attributes, bool recursive, GError **error)
{
    struct mount_attr wanted = {.attr_set = attributes, .propagation = MS_PRIVATE};

    return set_attributes(mount_fd, &wanted, recursive, error);
}

bool
mounts_unset(int mount_fd, uint64_t attributes, GError **error)
{
    return set_attributes(mount_fd, &(struct mount_attr){.attr_clr = attributes}, false, error);
}

int
mounts_try_attach(int mount_fd, int target_fd)
{
    return move_mount(mount_fd, "", target_fd, "",
                      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0
               ? 0
               : errno;
}

bool
mounts_attach(int mount_fd, int target_fd, const char *where, GError **error)
{
    int errsv = mounts_try_attach(mount_fd, target_fd);

    if (errsv != 0)
        launch_error_set_errno(error, errsv, "cannot mount on %s", where);
    return errsv == 0;
}

bool
mounts_is_root(int fd)
{
    struct statx st;

    return statx(fd, "", AT_EMPTY_PATH, 0, &st) == 0 &&
           (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}
