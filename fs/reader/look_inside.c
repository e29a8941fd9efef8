/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one place that enters a namespace.  A cgroup namespace is a property of the thread (setns(2)
 * with CLONE_NEWCGROUP), so a thread that does nothing else goes in, looks and comes back: no fork,
 * and no thread that serves readers is ever in the wrong namespace. */

#include "fs/reader/reader.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"

#include <fcntl.h>
#include <sched.h>

/* What a caller wants, and waits for on its own stack. */
typedef struct {
    int pid_dir;      /* whose namespace */
    int of;           /* whose cgroups: the directory of @path */
    const char *path; /* of a /proc/PID/cgroup */
    char *text;       /* the answer; NULL: error */
    size_t len;
    GError *error;

    GMutex lock; /* guards done */
    GCond changed;
    bool done;
} Look;

static char *
look(const Look *wanted, size_t *ret_len, GError **error)
{
    autofd namespace = io_open_at(wanted->pid_dir, "ns/cgroup", O_RDONLY, error);

    if (namespace < 0)
        return NULL;
    if (setns(namespace, CLONE_NEWCGROUP) != 0) {
        read_error_set_errno(error, errno, "cannot enter a cgroup namespace");
        return NULL;
    }
    return io_read_at(wanted->of, wanted->path, ret_len, error);
}

static void
answer(Look *wanted)
{
    g_mutex_lock(&wanted->lock);
    wanted->done = true;
    g_cond_signal(&wanted->changed);
    g_mutex_unlock(&wanted->lock);
}

static gpointer
look_for_ever(gpointer data)
{
    GAsyncQueue *queue = data;
    autofd home = open("/proc/thread-self/ns/cgroup", O_RDONLY | O_CLOEXEC);

    for (;;) {
        Look *wanted = g_async_queue_pop(queue);

        wanted->text = look(wanted, &wanted->len, &wanted->error);
        /* Staying would do no harm but keep that namespace alive: the next look enters anew. */
        if (home >= 0)
            (void)setns(home, CLONE_NEWCGROUP);
        answer(wanted);
    }
    return NULL;
}

static struct {
    GMutex lock;        /* guards queue's birth */
    GAsyncQueue *queue; /* of Look; NULL: the thread has not been needed yet */
} looker;

/* The thread is started by the first look and lives as long as the process. */
static GAsyncQueue *
looker_queue(GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&looker.lock);
    GAsyncQueue *queue;
    GThread *thread;

    if (looker.queue)
        return looker.queue;
    queue = g_async_queue_new();
    thread = g_thread_try_new("look-inside", look_for_ever, queue, error);
    if (!thread) {
        g_async_queue_unref(queue);
        return NULL;
    }
    g_thread_unref(thread);
    looker.queue = queue;
    return queue;
}

static char *
ask(Look *wanted, size_t *ret_len, GError **error)
{
    GAsyncQueue *queue = looker_queue(error);

    if (!queue)
        return NULL;
    g_mutex_init(&wanted->lock);
    g_cond_init(&wanted->changed);
    g_async_queue_push(queue, wanted);
    g_mutex_lock(&wanted->lock);
    while (!wanted->done)
        g_cond_wait(&wanted->changed, &wanted->lock);
    g_mutex_unlock(&wanted->lock);
    g_cond_clear(&wanted->changed);
    g_mutex_clear(&wanted->lock);
    if (wanted->error)
        g_propagate_error(error, wanted->error);
    else
        *ret_len = wanted->len;
    return wanted->text;
}

char *
reader_look_inside(int pid_dir_fd, size_t *ret_len, GError **error)
{
    Look wanted = {.pid_dir = pid_dir_fd, .of = pid_dir_fd, .path = "cgroup"};

    return ask(&wanted, ret_len, error);
}

char *
reader_look_back(int pid_dir_fd, size_t *ret_len, GError **error)
{
    Look wanted = {.pid_dir = pid_dir_fd, .of = AT_FDCWD, .path = "/proc/self/cgroup"};

    return ask(&wanted, ret_len, error);
}
