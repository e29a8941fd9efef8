/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/state.h"

#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"
#include "common/number.h"
#include "launcher/cgroup_make.h"
#include "launcher/launch_error.h"
#include "launcher/options.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define PID_KEY "pid "
#define INIT_KEY "init "
#define DIRECTORY_KEY "directory "
#define RETRY_USEC 10000
#define CLAIM_TRIES 5
#define SWEEP_TRIES 100

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

/* Opens and locks what is there as @name.  -1 and errno: EWOULDBLOCK if its launcher lives. */
static int
lock(int dir_fd, const char *name)
{
    for (;;) {
        autofd fd = openat(dir_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
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

/* A file without a name, locked: nobody can find it before it is both. */
static int
make_locked(int dir_fd, const char *text, size_t len, GError **error)
{
    autofd fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && pwrite(fd, text, len, 0) == (ssize_t)len)
        return fd_steal(&fd);
    launch_error_set_errno(error, errno, "cannot make a file in " STATE_DIR);
    return -1;
}

/* Gives @fd its name, after cleaning up what a dead launcher left there. */
static bool
give_name(int dir_fd, int fd, const char *name, GError **error)
{
    for (int i = 0; i < CLAIM_TRIES; i++) {
        autofd other_fd = -1;

        if (linkat(fd, "", dir_fd, name, AT_EMPTY_PATH) == 0)
            return true;
        if (errno != EEXIST) {
            launch_error_set_errno(error, errno, "cannot make " STATE_DIR "/%s", name);
            return false;
        }
        other_fd = lock(dir_fd, name);
        if (other_fd >= 0 && !clean_up(dir_fd, other_fd, name)) {
            g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                        "what an earlier container %s left is still in use", name);
            return false;
        }
        if (other_fd < 0) /* it runs, or somebody is cleaning up after it */
            (void)usleep(RETRY_USEC);
    }
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "a container %s is running", name);
    return false;
}

bool
state_claim(const char *name, const GPtrArray *directories, State *ret, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    autofd dir_fd = open_state_dir(true, error), fd = -1;

    if (dir_fd < 0)
        return false;
    g_string_append_printf(text, PID_KEY "%d\n", (int)getpid());
    for (guint i = 0; i < directories->len; i++)
        g_string_append_printf(text, DIRECTORY_KEY "%s\n", (const char *)directories->pdata[i]);
    fd = make_locked(dir_fd, text->str, text->len, error);
    if (fd < 0 || !give_name(dir_fd, fd, name, error))
        return false;
    *ret = (State){fd_steal(&dir_fd), fd_steal(&fd), g_strdup(name)};
    return true;
}

void
state_set_init(const State *state, pid_t pid)
{
    g_autofree char *line = g_strdup_printf(INIT_KEY "%d\n", (int)pid);
    struct stat st;

    if (fstat(state->file_fd, &st) == 0)
        (void)!pwrite(state->file_fd, line, strlen(line), st.st_size);
}

/* Nobody else can have the lock of a launcher that lives, and its child has its pid as long as it
 * lives. */
char *
state_init_pid(const char *name)
{
    g_autofree char *path = g_strdup_printf(STATE_DIR "/%s", name), *text = NULL;
    autofd fd = -1;
    LineIter lines;
    Span line;
    size_t len;

    if (!options_name_is_valid(name))
        return NULL;
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return NULL;
    text = io_read_fd(fd, name, &len, NULL);
    lines = lines_of(text ? text : "", text ? len : 0);
    while (lines_next(&lines, &line))
        if (span_starts_with(line, INIT_KEY))
            return g_strndup(line.text + strlen(INIT_KEY), line.len - strlen(INIT_KEY));
    return NULL;
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

/* True if the launcher that wrote @name is dead.  Only good for being patient: a pid may be used
 * again. */
static bool
launcher_is_dead(int dir_fd, const char *name)
{
    g_autofree char *text = io_read_at(dir_fd, name, NULL, NULL);
    pid_t pid;

    return text && g_str_has_prefix(text, PID_KEY) &&
           number_parse_pid(text + strlen(PID_KEY), strcspn(text + strlen(PID_KEY), "\n"), &pid,
                            NULL) &&
           kill(pid, 0) < 0 && errno == ESRCH;
}

/* A child that was just cloned holds the lock as well, until it notices that its launcher is gone.
 */
static bool
sweep_one(int dir_fd, const char *name)
{
    autofd fd = -1;

    if (!options_name_is_valid(name))
        return false;
    fd = lock(dir_fd, name);
    for (int i = 0; fd < 0 && i < SWEEP_TRIES && launcher_is_dead(dir_fd, name); i++) {
        (void)usleep(RETRY_USEC);
        fd = lock(dir_fd, name);
    }
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
