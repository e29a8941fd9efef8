/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/tree.h"

#include "common/fd.h"
#include "launcher/bind_list.h"
#include "launcher/launch_error.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define DEPTH_MAX 8

/* Bound whole, and never looked into: what is in them depends on who looks. */
static const char *const whole[] = {"sys/devices/system/cpu", "sys/devices/system/node", NULL};

int
tree_open(const char *path)
{
    autofd fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct statfs fs;

    /* The daemon itself answers statfs(2): of a dead mount it is ENOTCONN. */
    if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != FUSE_SUPER_MAGIC)
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
    return (unsigned char)IFTODT(st.st_mode); /* dirent.h: what d_type holds */
}

static bool list_below(int dirfd, const char *path, unsigned depth, GPtrArray *files,
                       GError **error);

static bool
list_entry(DIR *dir, const struct dirent *entry, const char *path, unsigned depth, GPtrArray *files,
           GError **error)
{
    g_autofree char *below = g_strdup_printf("%s/%s", path, entry->d_name);

    if (!bind_list_takes(below))
        return true;
    if (g_strv_contains(whole, below)) {
        g_ptr_array_add(files, g_steal_pointer(&below));
        return true;
    }
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

/* By directory, then by name: who walks the list opens each directory once. */
static gint
compare(gconstpointer a, gconstpointer b)
{
    const char *one = *(const char *const *)a, *two = *(const char *const *)b;
    size_t one_len = (size_t)(strrchr(one, '/') - one), two_len = (size_t)(strrchr(two, '/') - two);
    int order = strncmp(one, two, MIN(one_len, two_len));

    if (order == 0 && one_len != two_len)
        order = one_len < two_len ? -1 : 1;
    return order ? order : strcmp(one + one_len, two + two_len);
}

/* The daemon is asked for each file now, and the kernel remembers: to the container's first
 * process, which binds them, they are known then. */
static bool
look_up(int tree_fd, const char *file)
{
    autofd fd = openat(tree_fd, file, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    return fd >= 0;
}

GPtrArray *
tree_list_bound(int bound_fd, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

    if (!list_below(bound_fd, "proc", 0, files, error))
        return NULL;
    for (guint i = files->len; i-- > 0;)
        if (!look_up(bound_fd, files->pdata[i]))
            g_ptr_array_remove_index(files, i);
    g_ptr_array_sort(files, compare);
    return g_steal_pointer(&files);
}

GPtrArray *
tree_list(int tree_fd, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

    if (!list_below(tree_fd, "proc", 0, files, error) ||
        !list_below(tree_fd, "sys", 0, files, error))
        return NULL;
    if (files->len == 0) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "the file system there is not the daemon's: it has no proc/ or sys/ files");
        return NULL;
    }
    g_ptr_array_sort(files, compare);
    return g_steal_pointer(&files);
}
