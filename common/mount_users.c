/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/mount_users.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/mount_line.h"
#include "common/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void
user_free(gpointer data)
{
    MountUser *user = data;

    g_free(user->name);
    g_free(user->root);
    g_free(user->point);
    g_free(user);
}

typedef struct {
    const char *target;
    char *id;         /* of the mount there */
    char *device;     /* of its file system */
    GHashTable *seen; /* inodes of mount namespaces */
    GPtrArray *users;
} Search;

/* The last of ours there: somebody may have mounted something else over it. */
static bool
find_mount(Search *search, GError **error)
{
    size_t len;
    g_autofree char *table = io_read_at(AT_FDCWD, "/proc/self/mountinfo", &len, error);
    LineIter lines = lines_of(table ? table : "", table ? len : 0);
    MountLine mount;
    Span line;

    while (lines_next(&lines, &line)) {
        g_autofree char *point =
            mount_line_parse(line, &mount) ? mount_line_path(mount.point) : NULL;

        if (g_strcmp0(point, search->target) == 0 && span_equals(mount.type, MOUNT_LINE_OWNPROC)) {
            g_free(search->id);
            g_free(search->device);
            search->id = span_dup(mount.id);
            search->device = span_dup(mount.device);
        }
    }
    if (table && !search->device)
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "%s is not mounted here", search->target);
    return search->device != NULL;
}

/* The daemon's own mount, which whoever has another root sees elsewhere, or a copy of it. */
static bool
is_target(const Search *search, const MountLine *mount, const char *point)
{
    return span_equals(mount->id, search->id) ||
           (strcmp(point, search->target) == 0 && span_equals(mount->root, "/"));
}

static void
add_user(const Search *search, pid_t pid, const MountLine *mount, char *point)
{
    MountUser *user = g_new0(MountUser, 1);
    g_autofree char *path = g_strdup_printf("/proc/%d/comm", (int)pid);

    user->pid = pid;
    user->root = mount_line_path(mount->root);
    user->point = point;
    user->name = io_read_at(AT_FDCWD, path, NULL, NULL);
    if (user->name)
        g_strchomp(user->name);
    g_ptr_array_add(search->users, user);
}

/* Those of the table of @pid. */
static void
add_users(const Search *search, pid_t pid, LineIter lines)
{
    MountLine mount;
    Span line;

    while (lines_next(&lines, &line)) {
        g_autofree char *point = NULL;

        if (!mount_line_parse(line, &mount) || !span_equals(mount.device, search->device))
            continue;
        point = mount_line_path(mount.point);
        if (!is_target(search, &mount, point))
            add_user(search, pid, &mount, g_steal_pointer(&point));
    }
}

/* EINVAL is what the kernel says of a process that has no mount namespace any more
 * (linux:fs/proc_namespace.c, mounts_open_common()). */
static bool
has_ended(int errsv)
{
    return errsv == ENOENT || errsv == ESRCH || errsv == EINVAL;
}

/* False if it lives and cannot be looked at. */
static bool
look_at(const Search *search, pid_t pid, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/mountinfo", (int)pid), *table = NULL;
    autofd fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len;

    if (fd < 0 && has_ended(errno))
        return true;
    if (fd < 0) {
        read_error_set_errno(error, errno, "cannot open %s", path);
        return false;
    }
    table = io_read_fd(fd, path, &len, error);
    if (table)
        add_users(search, pid, lines_of(table, len));
    return table != NULL;
}

/* 0: it has ended, or is one of those of which that is not told (their table is). */
static ino_t
namespace_of(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/ns/mnt", (int)pid);
    struct stat st;

    return stat(path, &st) == 0 ? st.st_ino : 0;
}

static bool
look_at_process(const Search *search, pid_t pid, GError **error)
{
    ino_t namespace = namespace_of(pid);
    gpointer key = GSIZE_TO_POINTER((gsize) namespace);

    if (namespace != 0 && g_hash_table_contains(search->seen, key))
        return true;
    if (!look_at(search, pid, error))
        return false;
    /* It may have ended before it was looked at; then the next one tells. */
    if (namespace != 0 && namespace_of(pid) == namespace)
        (void)g_hash_table_add(search->seen, key);
    return true;
}

/* False if nobody was found who has something, and somebody could not be looked at. */
static bool
look_at_all(const Search *search, GDir *processes, GError **error)
{
    g_autoptr(GError) problem = NULL;
    const char *name;
    pid_t pid;

    while ((name = g_dir_read_name(processes)) != NULL)
        if (number_parse_pid(name, strlen(name), &pid, NULL))
            (void)look_at_process(search, pid, problem ? NULL : &problem);
    if (!problem || search->users->len > 0)
        return true;
    g_set_error(error, READ_ERROR, READ_ERROR_IO, "cannot tell whether anybody uses %s: %s",
                search->target, problem->message);
    return false;
}

GPtrArray *
mount_users_find(const char *target, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) users = g_ptr_array_new_with_free_func(user_free);
    Search search = {.target = target, .seen = seen, .users = users};
    g_autoptr(GDir) processes = find_mount(&search, error) ? g_dir_open("/proc", 0, error) : NULL;
    bool ok = processes && look_at_all(&search, processes, error);

    g_free(search.id);
    g_free(search.device);
    return ok ? g_steal_pointer(&users) : NULL;
}
