/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/reader/known.h"

#include "common/fd.h"
#include "common/io.h"
#include "fs/reader/process.h"
#include "fs/reader/readers.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
known_copy(const void *value, void *ret)
{
    *(Process **)ret = known_ref((Process *)value); /* only its count of users changes */
    return true;
}

static void
known_free(gpointer process)
{
    known_unref(process);
}

/* Three fds each.  They keep the kernel's record of a pid namespace, nothing else of a container,
 * so not for long. */
const CacheKind known_threads = {
    .max_idle_usec = 10 * G_USEC_PER_SEC,
    .value_free = known_free,
    .value_copy = known_copy,
};

/* The directory of an init that has ended fails at every look below it, and while it has not its
 * namespace's number cannot be another's. */
const CacheKind known_inits = {
    .max_idle_usec = 30 * G_USEC_PER_SEC,
    .value_free = known_free,
    .value_copy = known_copy,
};

Process *
known_open(const Readers *readers, pid_t pid, GError **error)
{
    autofd dir = process_open(readers->config.root_fd, pid, error);
    Process *process;

    if (dir < 0)
        return NULL;
    process = g_atomic_rc_box_new0(Process);
    process->pid = pid;
    process->pid_ns = process_namespace(dir, "ns/pid");
    process->is_kept = readers->is_procfs;
    process->dir = fd_steal(&dir);
    process->cgroup = process->task = -1;
    g_mutex_init(&process->lock);
    return process;
}

Process *
known_ref(Process *process)
{
    return g_atomic_rc_box_acquire(process);
}

static void
cgroups_clear(KnownCgroups *cgroups)
{
    g_free(cgroups->own);
    g_free(cgroups->inits);
    cgroup_paths_clear(&cgroups->container);
}

static void
process_clear(void *data)
{
    Process *process = data;

    fd_clear(&process->dir);
    fd_clear(&process->cgroup);
    fd_clear(&process->task);
    cgroups_clear(&process->learnt);
    g_mutex_clear(&process->lock);
    g_clear_pointer(&process->init, known_unref);
}

void
known_unref(Process *process)
{
    g_atomic_rc_box_release_full(process, process_clear);
}

/* Takes over @fd, if it is one.  Of two that were opened at once the first counts. */
static int
keep_once(int *kept, int *fd)
{
    int known = -1;

    if (*fd < 0 ||
        !__atomic_compare_exchange_n(kept, &known, *fd, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return known;
    return fd_steal(fd);
}

/* -1 and an error. */
static int
cgroup_fd(Process *process, GError **error)
{
    int known = __atomic_load_n(&process->cgroup, __ATOMIC_ACQUIRE);
    autofd fd = -1;

    if (known >= 0)
        return known;
    fd = io_open_at(process->dir, "cgroup", O_RDONLY | O_NOCTTY, error);
    return keep_once(&process->cgroup, &fd);
}

/* From the second time on: who reads one file and ends is not worth it.  -1 if it cannot be had. */
static int
task_fd(Process *process)
{
    int known = __atomic_load_n(&process->task, __ATOMIC_ACQUIRE);
    autofd fd = -1;

    if (known >= 0)
        return known;
    if (__atomic_exchange_n(&process->was_alive, true, __ATOMIC_RELAXED))
        fd = openat(process->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return keep_once(&process->task, &fd);
}

char *
known_cgroup_text(Process *process, GError **error)
{
    int fd;

    if (!process->is_kept)
        return io_read_records_at(process->dir, "cgroup", NULL, error);
    fd = cgroup_fd(process, error);
    return fd < 0 ? NULL : io_read_records_fd(fd, "cgroup", NULL, error);
}

void
known_number(Process *process, unsigned *ret_level, uint64_t *ret_number)
{
    ProcessStatus status = {0};

    g_mutex_lock(&process->lock);
    status.level = process->level;
    status.number = process->number;
    g_mutex_unlock(&process->lock);
    if (status.level == 0 && process_status(process->dir, &status, NULL) && process->is_kept) {
        g_mutex_lock(&process->lock);
        process->level = status.level;
        process->number = status.number;
        g_mutex_unlock(&process->lock);
    }
    *ret_level = status.level;
    *ret_number = status.number;
}

/* To look below its directory proves it: nothing is found there once it has been reaped, whoever
 * has its number.  That takes twice as long as to ask how many threads the kernel counts among the
 * links of "task", which of a process that is no more are two (linux:fs/proc/base.c,
 * proc_task_getattr()). */
bool
known_is_alive(Process *process)
{
    struct stat status;
    int fd = process->is_kept ? task_fd(process) : -1;

    return (fd >= 0 && fstat(fd, &status) == 0 && status.st_nlink > 2) ||
           faccessat(process->dir, "stat", F_OK, 0) == 0;
}

bool
known_recall(Process *process, const char *own, const char *inits, CgroupPaths *ret)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&process->lock);
    const KnownCgroups *learnt = &process->learnt;

    if (!learnt->own || strcmp(learnt->own, own) != 0 || g_strcmp0(learnt->inits, inits) != 0)
        return false;
    cgroup_paths_copy(&learnt->container, ret);
    return true;
}

void
known_learn(Process *process, const char *own, const char *inits, const CgroupPaths *container)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&process->lock);

    cgroups_clear(&process->learnt);
    /* Copies: what they were read into is much longer. */
    process->learnt = (KnownCgroups){.own = g_strdup(own), .inits = g_strdup(inits)};
    cgroup_paths_copy(container, &process->learnt.container);
}

/* Who asks for the first time is opened, and his init is found. */
static Process *
meet(Readers *readers, pid_t tid, GError **error)
{
    g_autoptr(Process) process = known_open(readers, tid, error);
    g_autoptr(Process) init = NULL;

    if (!process || process->pid_ns == 0 || process->pid_ns == readers->pid_ns)
        return g_steal_pointer(&process);
    init = known_init_find(readers, process);
    if (init && init->pid == tid) /* the number is his as long as both can be read */
        return g_steal_pointer(&init);
    process->init = g_steal_pointer(&init);
    return g_steal_pointer(&process);
}

/* Whose init was not to be seen is met anew each time: it may be, or have been about to end. */
static bool
is_complete(const Readers *readers, const Process *process)
{
    return process->pid_ns != 0 &&
           (process->pid_ns == readers->pid_ns || process->init || process->is_init);
}

Process *
known_thread(Readers *readers, pid_t tid, GError **error)
{
    uint64_t now = (uint64_t)g_get_monotonic_time();
    Process *process;

    if (cache_get(readers->threads, (uint64_t)tid, now, &process))
        return process;
    process = meet(readers, tid, error);
    if (process && process->is_kept && is_complete(readers, process))
        cache_put(readers->threads, (uint64_t)tid, now, known_ref(process));
    return process;
}

void
known_forget(Readers *readers, pid_t tid)
{
    cache_drop(readers->threads, (uint64_t)tid);
}
