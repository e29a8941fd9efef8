/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/tree.h"

#include "common/fd.h"
#include "launcher/launch_error.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define DEPTH_MAX 8 /* sys/devices/system/cpu/cpu0/topology is 6 deep */

static bool
answers(int tree_fd)
{
    autofd fd = openat(tree_fd, "proc/uptime", O_RDONLY | O_CLOEXEC);
    char text[64];

    return fd >= 0 && read(fd, text, sizeof(text)) > 0;
}

int
tree_open(const char *path)
{
    autofd fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct statfs fs;

    /* statfs(2) of a dead FUSE mount is ENOTCONN. */
    if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != FUSE_SUPER_MAGIC || !answers(fd))
        return -1;
    return fd_steal(&fd);
}

static unsigned char
type_of(int dirfd, const struct dirent *entry)
{
    struct stat st;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (fstatat(dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return DT_UNKNOWN;
    return IFTODT(st.st_mode);
}

static bool list_below(int dirfd, const char *path, unsigned depth, GPtrArray *files,
                       GError **error);

static bool
list_entry(DIR *dir, const struct dirent *entry, const char *path, unsigned depth, GPtrArray *files,
           GError **error)
{
    g_autofree char *below = g_strdup_printf("%s/%s", path, entry->d_name);

    switch (type_of(dirfd(dir), entry)) {
    case DT_REG:
        g_ptr_array_add(files, g_steal_pointer(&below));
        return true;
    case DT_DIR:
        return list_below(dirfd(dir), below, depth + 1, files, error);
    default:
        return true;
    }
}

/* @path is from the tree's root, its last component is in @dirfd. */
static bool
list_below(int parent_fd, const char *path, unsigned depth, GPtrArray *files, GError **error)
{
    const char *slash = strrchr(path, '/');
    int fd = openat(parent_fd, slash ? slash + 1 : path,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    bool good = true;

    if (!dir) {
        fd_clear(&fd);
        if (errno == ENOENT || depth > DEPTH_MAX)
            return true;
        launch_error_set_errno(error, errno, "cannot list %s of the daemon's tree", path);
        return false;
    }
    while (good && depth <= DEPTH_MAX && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            good = list_entry(dir, entry, path, depth, files, error);
    closedir(dir);
    return good;
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
tree_list(int tree_fd, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

    if (!list_below(tree_fd, "proc", 0, files, error) ||
        !list_below(tree_fd, "sys", 0, files, error))
        return NULL;
    g_ptr_array_sort(files, compare);
    return g_steal_pointer(&files);
}
