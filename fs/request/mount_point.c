/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/mount_point.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/mount_line.h"
#include "fs/request/mount_table.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#define FS_NAME "ownproc"

/* True if something is mounted at @path. */
static bool
top_mount(const char *path, MountEntry *ret)
{
    size_t len;
    g_autofree char *text = io_read_at(AT_FDCWD, "/proc/self/mountinfo", &len, NULL);

    return text && mount_table_top(text, len, path, ret);
}

/* What is there may be dead, and then it cannot even be looked at. */
static bool
is_dead(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) != 0 && (errno == ENOTCONN || errno == ECONNABORTED);
}

static bool
detach(const char *path, GError **error)
{
    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
        return true;
    read_error_set_errno(error, errno, "cannot take the dead mount at %s away", path);
    return false;
}

static void
refuse(const char *path, const MountEntry *top, GError **error)
{
    if (g_str_equal(top->type, MOUNT_LINE_OWNPROC))
        g_set_error(error, READ_ERROR, READ_ERROR_IO, "%s is being served already", path);
    else
        g_set_error(error, READ_ERROR, READ_ERROR_IO, "another file system (%s) is mounted at %s",
                    top->type, path);
}

/* Other mounts than FUSE's are directories like any other: a container of the daemon's own has the
 * host's directory bound there. */
static bool
make_free(const char *path, GError **error)
{
    for (;;) {
        g_auto(MountEntry) top = {0};

        if (!top_mount(path, &top) || !g_str_has_prefix(top.type, "fuse"))
            return true;
        if (!is_dead(path)) {
            refuse(path, &top, error);
            return false;
        }
        if (!detach(path, error))
            return false;
        g_message("replacing the mount at %s, whose server (%s) had died", path, top.type);
    }
}

/* @dir without symlinks, but for its last component, which is not looked at; NULL and errno. */
static char *
resolve_parent(const char *dir)
{
    g_autofree char *plain = g_canonicalize_filename(dir, NULL);
    g_autofree char *parent = g_path_get_dirname(plain), *base = g_path_get_basename(plain);
    char *resolved = realpath(parent, NULL), *path;

    path = resolved ? g_build_filename(resolved, base, NULL) : NULL;
    free(resolved); /* realpath's malloc */
    return path;
}

/* @dir without symlinks.  A dead mount as its last component cannot be resolved: then the rest is.
 */
static char *
resolve(const char *dir, GError **error)
{
    char *resolved = realpath(dir, NULL), *path = g_strdup(resolved);

    free(resolved); /* realpath's malloc */
    if (!path && (errno == ENOTCONN || errno == ECONNABORTED))
        path = resolve_parent(dir);
    if (!path)
        read_error_set_errno(error, errno, "cannot use %s as mount point", dir);
    return path;
}

/* Two that start at once take turns, so that the second finds the first.  Returns the lock. */
static int
lock_turn(const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);
    int fd = io_open_at(AT_FDCWD, parent, O_RDONLY | O_DIRECTORY, error);

    if (fd >= 0)
        (void)flock(fd, LOCK_EX); /* where locks are not supported both may try */
    return fd;
}

/* There are no symlinks in it; engines, which find files by their paths to bind them, must not
 * follow one that a worker gone wrong would answer with. */
#define HARMLESS (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW)

static int
mount_fuse(const char *path, unsigned long flags, GError **error)
{
    autofd fd = io_open_at(AT_FDCWD, "/dev/fuse", O_RDWR, error);
    g_autofree char *options = NULL;

    if (fd < 0) {
        g_prefix_error(error, "no FUSE here (modprobe fuse, or give the container its device): ");
        return -1;
    }
    options = g_strdup_printf("fd=%d,rootmode=40000,user_id=0,group_id=0,default_permissions,"
                              "allow_other",
                              fd);
    if (mount(FS_NAME, path, MOUNT_LINE_OWNPROC, HARMLESS | flags, options) != 0) {
        read_error_set_errno(error, errno, "cannot mount at %s", path);
        return -1;
    }
    return fd_steal(&fd);
}

static bool
make_dir(const char *dir, GError **error)
{
    if (access(dir, F_OK) == 0 || errno != ENOENT || g_mkdir_with_parents(dir, 0755) == 0)
        return true;
    read_error_set_errno(error, errno, "cannot make %s", dir);
    return false;
}

int
mount_point_mount(const char *dir, unsigned long flags, MountPoint *ret, GError **error)
{
    g_autofree char *path = NULL;
    g_auto(MountEntry) top = {0};
    autofd turn = -1;
    int fd;

    path = make_dir(dir, error) ? resolve(dir, error) : NULL;
    if (!path || (turn = lock_turn(path, error)) < 0 || !make_free(path, error))
        return -1;
    fd = mount_fuse(path, flags, error);
    if (fd < 0)
        return -1;
    (void)top_mount(path, &top); /* without an id nothing will be unmounted */
    *ret = (MountPoint){.path = g_steal_pointer(&path), .id = g_steal_pointer(&top.id)};
    return fd;
}

bool
mount_point_find(const char *dir, MountPoint *ret)
{
    g_autofree char *path = resolve_parent(dir);
    g_auto(MountEntry) top = {0};

    if (!path || !top_mount(path, &top) || !g_str_equal(top.type, MOUNT_LINE_OWNPROC))
        return false;
    *ret = (MountPoint){.path = g_steal_pointer(&path), .id = g_steal_pointer(&top.id)};
    return true;
}

void
mount_point_unmount(const MountPoint *mount)
{
    g_auto(MountEntry) top = {0};

    if (top_mount(mount->path, &top) && g_strcmp0(top.id, mount->id) == 0 &&
        umount2(mount->path, MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
        g_warning("cannot unmount %s: %s", mount->path, g_strerror(errno));
}

void
mount_point_clear(MountPoint *mount)
{
    g_free(mount->path);
    g_free(mount->id);
    *mount = (MountPoint){0};
}
