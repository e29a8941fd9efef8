/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/state.h"

#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"
#include "launcher/cgroup_make.h"
#include "launcher/launch_error.h"
#include "launcher/options.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define DIRECTORY_KEY "directory "

static int
open_state_dir(bool make, GError **error)
{
    int fd = open(STATE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT && make && g_mkdir_with_parents(STATE_DIR, 0700) == 0)
        fd = open(STATE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        launch_error_set_errno(error, errno, "cannot open " STATE_DIR);
    return fd;
}

/* Opens and locks @name.  -1 and errno: EWOULDBLOCK if its launcher lives. */
static int
lock(int dir_fd, const char *name, int flags)
{
    for (;;) {
        autofd fd = openat(dir_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
        struct stat st;

        if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0)
            return -1;
        if (st.st_nlink > 0) /* else it was removed between open and lock */
            return fd_steal(&fd);
    }
}

/* Cgroups may need a moment to lose their last task; other directories are empty. */
static bool
remove_recorded(const char *path)
{
    g_autofree char *parent = g_path_get_dirname(path);

    if (!cgroup_rmdir(AT_FDCWD, path))
        return false;
    if (g_str_has_suffix(parent, "/" PLAN_CGROUP_PARENT))
        (void)rmdir(parent); /* not empty while another container runs */
    return true;
}

/* Removes what the locked file @fd records, then the file.  False if something is still in use. */
static bool
clean_up(int dir_fd, int fd, const char *name)
{
    size_t len = 0;
    g_autofree char *text = io_read_fd(fd, name, &len, NULL);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    LineIter lines = lines_of(text ? text : "", len);
    bool done = true;
    Span line;

    while (lines_next(&lines, &line))
        if (span_starts_with(line, DIRECTORY_KEY))
            g_ptr_array_add(paths, g_strndup(line.text + strlen(DIRECTORY_KEY),
                                             line.len - strlen(DIRECTORY_KEY)));
    for (guint i = paths->len; i-- > 0;)
        done = remove_recorded(paths->pdata[i]) && done;
    return done && unlinkat(dir_fd, name, 0) == 0;
}

bool
state_claim(const char *name, State *ret, GError **error)
{
    autofd dir_fd = open_state_dir(true, error), fd = -1;
    struct stat st;

    if (dir_fd < 0)
        return false;
    fd = lock(dir_fd, name, O_CREAT);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0) {
        if (!clean_up(dir_fd, fd, name)) {
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                        "what an earlier container %s left is still in use", name);
            return false;
        }
        fd_clear(&fd);
        fd = lock(dir_fd, name, O_CREAT);
    }
    if (fd < 0 && errno == EWOULDBLOCK) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "a container %s is running", name);
        return false;
    }
    if (fd < 0) {
        launch_error_set_errno(error, errno, "cannot open " STATE_DIR "/%s", name);
        return false;
    }
    *ret = (State){fd_steal(&dir_fd), fd_steal(&fd), g_strdup(name)};
    return true;
}

bool
state_write(const State *state, const GPtrArray *directories, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "pid %d\n", (int)getpid());
    for (guint i = 0; i < directories->len; i++)
        g_string_append_printf(text, DIRECTORY_KEY "%s\n", (const char *)directories->pdata[i]);
    if (pwrite(state->file_fd, text->str, text->len, 0) == (ssize_t)text->len)
        return true;
    launch_error_set_errno(error, errno, "cannot write " STATE_DIR "/%s", state->name);
    return false;
}

void
state_release(State *state)
{
    if (state->file_fd >= 0)
        (void)unlinkat(state->dir_fd, state->name, 0); /* the next sweep finds what stays */
    fd_clear(&state->file_fd);
    fd_clear(&state->dir_fd);
    g_clear_pointer(&state->name, g_free);
}

static bool
sweep_one(int dir_fd, const char *name)
{
    autofd fd = options_name_is_valid(name) ? lock(dir_fd, name, 0) : -1;

    return fd >= 0 && clean_up(dir_fd, fd, name);
}

bool
state_sweep(GPtrArray *removed, GError **error)
{
    int fd = open_state_dir(true, error);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (!dir) {
        fd_clear(&fd);
        return false;
    }
    while ((entry = readdir(dir)))
        if (entry->d_type == DT_REG && sweep_one(fd, entry->d_name) && removed)
            g_ptr_array_add(removed, g_strdup(entry->d_name));
    closedir(dir);
    return true;
}
