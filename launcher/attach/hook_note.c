/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/hook_note.h"

#include "common/fd.h"
#include "common/io.h"

#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>

#define DIRECTORY "hooks"

/* NULL if @id cannot be the name of a file. */
static char *
path_of(const char *run_dir, const char *id)
{
    if (id[0] == '\0' || id[0] == '.' || strchr(id, '/'))
        return NULL;
    return g_build_filename(run_dir, DIRECTORY, id, NULL);
}

/* "4:4026532177", the namespace's device and number; NULL if it cannot be looked at. */
static char *
namespace_of(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return NULL;
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)st.st_dev,
                           (guint64)st.st_ino);
}

void
hook_note_drop(const char *run_dir, const char *id)
{
    g_autofree char *path = path_of(run_dir, id);

    if (path)
        (void)unlink(path);
}

bool
hook_note_leave(const char *run_dir, const char *id, pid_t pid)
{
    g_autofree char *directory = g_build_filename(run_dir, DIRECTORY, NULL);
    g_autofree char *path = path_of(run_dir, id);
    g_autofree char *link = g_strdup_printf("/proc/%d/ns/mnt", (int)pid);
    g_autofree char *text = namespace_of(link);
    autofd fd = -1;

    hook_note_drop(run_dir, id);
    if (!path || !text || (mkdir(directory, 0700) < 0 && errno != EEXIST))
        return false;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

bool
hook_note_take(const char *run_dir, const char *id)
{
    g_autofree char *path = path_of(run_dir, id);
    g_autofree char *wanted = namespace_of("/proc/self/ns/mnt");
    g_autofree char *text = path ? io_read_at(AT_FDCWD, path, NULL, NULL) : NULL;

    hook_note_drop(run_dir, id);
    return text && g_strcmp0(text, wanted) == 0;
}
