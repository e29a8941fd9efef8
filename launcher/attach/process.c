/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/process.h"

#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"
#include "launcher/attach/engine_id.h"
#include "launcher/attach/mount_tree.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define STARTED_FIELD 20  /* of /proc/PID/stat, counted from what follows the command's name */
#define MOUNTS_MAX 20000u /* of a container; whoever has more wants us to count them */

void
process_free(Process *process)
{
    if (!process)
        return;
    fd_clear(&process->dir_fd);
    cgroup_paths_clear(&process->cgroups);
    g_free(process->id);
    g_free(process);
}

static bool
read_namespace(const Process *process, const char *name, uint64_t *ret, GError **error)
{
    struct stat st;

    if (fstatat(process->dir_fd, name, &st, 0) == 0) {
        *ret = st.st_ino;
        return true;
    }
    launch_error_set_errno(error, errno, "cannot look at process %d", (int)process->pid);
    return false;
}

static bool
read_cgroups(Process *process, GError **error)
{
    size_t len;
    g_autofree char *text = io_read_at(process->dir_fd, "cgroup", &len, error);

    if (!text || !cgroup_paths_parse(text, len, &process->cgroups, error))
        return false;
    process->id = engine_id_of(&process->cgroups);
    return true;
}

/* "4711 (a (name)) S 1 …" */
static bool
read_started(Process *process, GError **error)
{
    size_t len;
    g_autofree char *text = io_read_at(process->dir_fd, "stat", &len, error);
    const char *name_end = text ? strrchr(text, ')') : NULL;
    Span rest, field = {NULL, 0};

    if (!text)
        return false;
    rest = name_end ? (Span){name_end + 1, strlen(name_end + 1)} : (Span){"", 0};
    for (unsigned i = 0; i < STARTED_FIELD; i++)
        if (!span_next_word(&rest, &field))
            break;
    return span_number(field, &process->started, error);
}

Process *
process_hold(pid_t pid, GError **error)
{
    g_autoptr(Process) process = g_new0(Process, 1);
    g_autofree char *path = g_strdup_printf("/proc/%d", (int)pid);

    process->pid = pid;
    process->dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (process->dir_fd < 0) {
        launch_error_set_errno(error, errno == ENOENT ? ESRCH : errno, "cannot look at process %d",
                               (int)pid);
        return NULL;
    }
    if (!read_namespace(process, "ns/mnt", &process->mount_ns, error) ||
        !read_namespace(process, "ns/pid", &process->pid_ns, error) ||
        !read_cgroups(process, error) || !read_started(process, error))
        return NULL;
    return g_steal_pointer(&process);
}

bool
process_lives(const Process *process)
{
    struct stat st;

    /* The directory stays while it is open; what is in it goes with the process, and a zombie has
     * no namespaces any more. */
    return fstatat(process->dir_fd, "ns/mnt", &st, 0) == 0;
}

int
process_open(const Process *process, const char *name, int flags, GError **error)
{
    int fd = openat(process->dir_fd, name, flags | O_CLOEXEC);

    if (fd < 0)
        launch_error_set_errno(error, errno, "cannot open %s of process %d", name,
                               (int)process->pid);
    return fd;
}

GPtrArray *
process_mounts(const Process *process, GError **error)
{
    size_t len;
    g_autofree char *text = io_read_at(process->dir_fd, "mountinfo", &len, error);

    GPtrArray *mounts = text ? mount_tree_parse(text, len) : NULL;

    if (!mounts || mounts->len <= MOUNTS_MAX)
        return mounts;
    g_ptr_array_unref(mounts);
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "it has more than %u mounts", MOUNTS_MAX);
    return NULL;
}
