/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/mount_users.h"

#include "common/error.h"
#include "common/io.h"
#include "common/mount_line.h"
#include "common/number.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void
user_free(gpointer data)
{
    MountUser *user = data;

    g_free(user->name);
    g_free(user->point);
    g_free(user);
}

typedef struct {
    const char *target;
    char *device;     /* of the file system that is mounted there */
    GHashTable *seen; /* inodes of mount namespaces */
    GPtrArray *users;
} Search;

static char *
read_proc(pid_t pid, const char *file, size_t *ret_len)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, file);

    return io_read_at(AT_FDCWD, path, ret_len, NULL);
}

/* The last of ours there: somebody may have mounted something else over it. */
static char *
device_of(const char *target)
{
    size_t len;
    g_autofree char *table = io_read_at(AT_FDCWD, "/proc/self/mountinfo", &len, NULL);
    LineIter lines = lines_of(table ? table : "", table ? len : 0);
    char *device = NULL;
    MountLine mount;
    Span line;

    while (lines_next(&lines, &line)) {
        g_autofree char *point =
            mount_line_parse(line, &mount) ? mount_line_path(mount.point) : NULL;

        if (g_strcmp0(point, target) == 0 && span_equals(mount.type, MOUNT_LINE_OWNPROC)) {
            g_free(device);
            device = span_dup(mount.device);
        }
    }
    return device;
}

static void
add_user(const Search *search, pid_t pid, char *point)
{
    MountUser *user = g_new0(MountUser, 1);
    size_t len;

    user->pid = pid;
    user->point = point;
    user->name = read_proc(pid, "comm", &len);
    if (user->name)
        g_strchomp(user->name);
    g_ptr_array_add(search->users, user);
}

/* False if that cannot be read. */
static bool
look_at(const Search *search, pid_t pid)
{
    size_t len;
    g_autofree char *table = read_proc(pid, "mountinfo", &len);
    LineIter lines = lines_of(table ? table : "", table ? len : 0);
    MountLine mount;
    Span line;

    if (!table)
        return false;
    while (lines_next(&lines, &line)) {
        g_autofree char *point = NULL;

        if (!mount_line_parse(line, &mount) || !span_equals(mount.device, search->device))
            continue;
        point = mount_line_path(mount.point);
        if (strcmp(point, search->target) != 0 || !span_equals(mount.root, "/"))
            add_user(search, pid, g_steal_pointer(&point));
    }
    return true;
}

static bool
namespace_of(const char *path, ino_t *ret)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return false; /* it has ended */
    *ret = st.st_ino;
    return true;
}

static void
look_at_process(const Search *search, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/ns/mnt", name);
    ino_t namespace, then;
    pid_t pid;

    if (!number_parse_pid(name, strlen(name), &pid, NULL) || !namespace_of(path, &namespace) ||
        g_hash_table_contains(search->seen, GSIZE_TO_POINTER((gsize) namespace)))
        return;
    if (!look_at(search, pid) && (!namespace_of(path, &then) || then != namespace))
        return; /* it has ended meanwhile: the next one tells */
    (void)g_hash_table_add(search->seen, GSIZE_TO_POINTER((gsize) namespace));
}

GPtrArray *
mount_users_find(const char *target, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autofree char *device = device_of(target);
    g_autoptr(GDir) processes = g_dir_open("/proc", 0, error);
    Search search = {.target = target, .device = device, .seen = seen};
    const char *name;

    if (!processes)
        return NULL;
    if (!device) {
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "%s is not mounted here", target);
        return NULL;
    }
    search.users = g_ptr_array_new_with_free_func(user_free);
    while ((name = g_dir_read_name(processes)) != NULL)
        look_at_process(&search, name);
    return search.users;
}
