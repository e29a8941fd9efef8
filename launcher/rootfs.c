/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/rootfs.h"

#include "common/fd.h"
#include "common/io.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define FILE_MAX (1 << 20) /* of passwd and group: the image wrote them */
#define EAGAIN_MAX 16      /* openat2(2): a rename raced with "..", try again */

int
rootfs_open(const char *path, GError **error)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        launch_error_set_errno(error, errno, "cannot open the root directory %s", path);
    return fd;
}

static int
open_inside(int root_fd, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {.flags = flags | O_CLOEXEC,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve};
    long fd;
    int tries = 0;

    do
        fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
    while (fd < 0 && (errno == EINTR || (errno == EAGAIN && tries++ < EAGAIN_MAX)));
    return (int)fd;
}

int
rootfs_find(int root_fd, const char *path)
{
    return open_inside(root_fd, path, O_PATH, 0);
}

int
rootfs_own_dir(int root_fd, const char *name, GError **error)
{
    int fd = open_inside(root_fd, name, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);

    if (fd < 0 && errno == ENOENT && mkdirat(root_fd, name, 0755) == 0)
        fd = open_inside(root_fd, name, O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
    if (fd >= 0)
        return fd;
    if (errno == ELOOP || errno == ENOTDIR)
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "/%s of the container is not a directory", name);
    else
        launch_error_set_errno(error, errno, "cannot use /%s of the container", name);
    return -1;
}

/* Makes the last component of @path in @parent_fd, which is where the others led. */
static int
make_last(int parent_fd, const char *name, bool directory)
{
    autofd fd = -1;

    if (directory)
        return mkdirat(parent_fd, name, 0755);
    fd = openat(parent_fd, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644);
    return fd < 0 ? -1 : 0;
}

/* Resolves @path one component longer each time, so that only the missing ones are made, each in a
 * directory that is already held.  -1 and errno. */
static int
make_components(int root_fd, const char *path, bool directory)
{
    autofd parent = open_inside(root_fd, "/", O_PATH | O_DIRECTORY, 0);
    g_autofree char *prefix = g_strdup(path);

    for (char *end = prefix; parent >= 0 && *end;) {
        char *name = end + strspn(end, "/"), saved;
        bool last;
        int fd;

        end = strchrnul(name, '/');
        last = end[strspn(end, "/")] == '\0';
        saved = *end;
        *end = '\0';
        fd = open_inside(root_fd, prefix, O_PATH, 0);
        if (fd < 0 && errno == ENOENT && make_last(parent, name, directory || !last) == 0)
            fd = open_inside(root_fd, prefix, O_PATH, 0);
        *end = saved;
        fd_clear(&parent);
        parent = fd;
        if (last)
            break;
    }
    return fd_steal(&parent);
}

static int
make(int root_fd, const char *path, bool directory, GError **error)
{
    autofd fd = rootfs_find(root_fd, path);
    struct stat st;

    if (fd < 0 && errno == ENOENT)
        fd = make_components(root_fd, path, directory);
    if (fd < 0 || fstat(fd, &st) < 0) {
        if (errno == EEXIST) /* the name is there and leads nowhere */
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                        "%s of the container is or goes through a dangling symbolic link", path);
        else
            launch_error_set_errno(error, errno, "cannot use %s of the container", path);
        return -1;
    }
    if (directory ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "%s of the container is not a %s",
                    path, directory ? "directory" : "regular file");
        return -1;
    }
    return fd_steal(&fd);
}

int
rootfs_make_dir(int root_fd, const char *path, GError **error)
{
    return make(root_fd, path, true, error);
}

int
rootfs_make_file(int root_fd, const char *path, GError **error)
{
    return make(root_fd, path, false, error);
}

char *
rootfs_read_file(int root_fd, const char *path)
{
    /* O_NONBLOCK: a fifo must not make us wait for its writer. */
    autofd fd = open_inside(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
        return NULL;
    return io_read_fd(fd, path, NULL, NULL);
}
