/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/reader/reader.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/log.h"
#include "fs/reader/process.h"
#include "fs/reader/readers.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

/* Of each kind; two for each of a thousand containers that read every second.  Of one that is up to
 * five open files: as a rule 30 % of those that may be open, which with what fs/source/kept.c has
 * leaves 5.  Who has more than may be open ends, and the next worker begins with none. */
#define KNOWN_PERCENT 6
#define KNOWN_MAX 2048
#define BIRTHS_MAX 4096

#define NOBODY ((Reader){.pid_dir = -1, .init_dir = -1})

static bool
own_namespaces(Readers *readers, GError **error)
{
    autofd self = io_open_at(readers->config.root_fd, "proc/self", O_PATH | O_DIRECTORY, error);
    g_autofree char *offsets = NULL;
    struct statfs fs;
    size_t len;

    if (self < 0)
        return false;
    readers->is_procfs = fstatfs(self, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
    readers->cgroup_ns = process_namespace(self, "ns/cgroup");
    readers->pid_ns = process_namespace(self, "ns/pid");
    readers->time_ns = process_namespace(self, "ns/time");
    readers->user_ns = process_namespace(self, "ns/user");
    offsets = io_read_at(self, "timens_offsets", &len, NULL);
    return !offsets ||
           process_boottime_offset_parse(offsets, len, &readers->boottime_offset, error);
}

Readers *
readers_new(const ReadersConfig *config, GError **error)
{
    g_autoptr(Readers) readers = g_new0(Readers, 1);
    unsigned max = fd_percent_of_limit(KNOWN_PERCENT, KNOWN_MAX);

    readers->config = *config;
    readers->roots = cache_new(&namespace_roots, max);
    readers->threads = cache_new(&known_threads, max);
    readers->inits = cache_new(&known_inits, max);
    readers->births = cache_new(&births, BIRTHS_MAX);
    if (!own_namespaces(readers, error))
        return NULL;
    return g_steal_pointer(&readers);
}

void
readers_free(Readers *readers)
{
    if (!readers)
        return;
    cache_free(readers->roots);
    cache_free(readers->threads);
    cache_free(readers->inits);
    readers->shelf = NULL; /* what is there is the next life's */
    cache_free(readers->births);
    g_free(readers);
}

void
reader_clear(Reader *reader)
{
    reader->pid_dir = reader->init_dir = -1;
    g_clear_pointer(&reader->process, known_unref);
    cgroup_paths_clear(&reader->container);
}

bool
reader_is_alive(const Reader *reader)
{
    return !reader->process || known_is_alive(reader->process);
}

/* True if the process is in another namespace than the daemon.  One that cannot be told, because
 * the kernel has no such namespaces or forbids to look, is the daemon's. */
static bool
is_foreign(int dir, const char *link, uint64_t own, uint64_t *ret_number)
{
    *ret_number = process_namespace(dir, link);
    return *ret_number != 0 && *ret_number != own;
}

/* Who entered the namespace without moving into its cgroups (nsenter) stands outside of its root,
 * and cannot tell where that is; but its pid namespace's init can. */
static bool
root_by_init(Readers *readers, const Reader *reader, uint64_t number, CgroupPaths *ret)
{
    return reader->init_dir >= 0 && process_namespace(reader->init_dir, "ns/cgroup") == number &&
           namespace_root_find(readers, reader->init_dir, number, ret, NULL);
}

static bool
by_cgroup_namespace(Readers *readers, Reader *reader)
{
    g_autoptr(GError) problem = NULL;
    uint64_t number;

    if (!is_foreign(reader->pid_dir, "ns/cgroup", readers->cgroup_ns, &number))
        return false;
    if (namespace_root_find(readers, reader->pid_dir, number, &reader->container, &problem) ||
        root_by_init(readers, reader, number, &reader->container))
        return true;
    if (!g_error_matches(problem, READ_ERROR, READ_ERROR_GONE))
        log_limited(G_LOG_LEVEL_WARNING, "cgroup-namespace",
                    "thread %d: its cgroup namespace does not tell its container: %s",
                    (int)reader->tid, problem->message);
    return false;
}

/* systemd as a container's init moves itself, and only itself, into this child of the cgroup it was
 * started in (systemd.special(7)). */
static void
leave_init_scope(char *path)
{
    if (path && g_str_has_suffix(path, "/init.scope"))
        path[MAX(strlen(path) - strlen("/init.scope"), 1)] = '\0';
}

/* In a hierarchy where the init is in the root nobody limited it: his own cgroup counts. */
static void
prefer(char **path, const char *inits)
{
    if (!inits || strcmp(inits, "/") == 0)
        return;
    g_free(*path);
    *path = g_strdup(inits);
}

/* Rule 3: takes @container, the reader's own cgroups, up to those of his pid namespace's init.
 * False if he is elsewhere than below them: another container that shares this pid namespace. */
static bool
rise_to_init(const Readers *readers, const CgroupPaths *init, CgroupPaths *container)
{
    const CgroupLayout *layout = readers->config.layout;

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        const char *inits = cgroup_layout_path(layout, init, i);
        const char *his = cgroup_layout_path(layout, container, i);

        if (inits && his && !cgroup_path_is_below(his, inits))
            return false;
    }
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        prefer(&container->v1[i], init->v1[i]);
    prefer(&container->unified, init->unified);
    return true;
}

/* The container of a process whose cgroups are told by @own, and those of its pid namespace's init
 * by @inits, if that counts (else NULL).  [pure] */
static bool
container_of(const Readers *readers, const char *own, const char *inits, CgroupPaths *ret,
             GError **error)
{
    g_auto(CgroupPaths) init = {0};

    if (!cgroup_paths_parse(own, strlen(own), ret, error))
        return false;
    if (!inits || !cgroup_paths_parse(inits, strlen(inits), &init, NULL))
        return true;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        leave_init_scope(init.v1[i]);
    leave_init_scope(init.unified);
    (void)rise_to_init(readers, &init, ret); /* else rule 4 */
    return true;
}

static bool
look_at_cgroups(const Readers *readers, Process *process, CgroupPaths *ret, GError **error)
{
    g_autofree char *own = known_cgroup_text(process, error), *inits = NULL;

    if (!own)
        return false;
    if (process->is_init)
        inits = g_strdup(own);
    else if (process->init)
        inits = known_cgroup_text(process->init, NULL);
    if (known_recall(process, own, inits, ret))
        return true;
    if (!container_of(readers, own, inits, ret, error))
        return false;
    known_learn(process, own, inits, ret);
    return true;
}

/* Rules 3 and 4. */
static bool
by_own_cgroup(const Readers *readers, Reader *reader, GError **error)
{
    ProcessStat stat;

    if (!look_at_cgroups(readers, reader->process, &reader->container, error))
        return false;
    reader->is_host = cgroup_paths_are_root(&reader->container);
    if (!reader->is_host)
        return true;
    /* v1 shows whoever is ending in the root: he is not the host for that. */
    if (!process_stat(reader->pid_dir, &stat, error))
        return false;
    if (!stat.exiting)
        return true;
    g_set_error(error, READ_ERROR, READ_ERROR_GONE, "thread %d is ending", (int)reader->tid);
    return false;
}

/* No line for a hierarchy that is mounted: taking that for its root would show the host. */
static bool
is_complete(const Readers *readers, const CgroupPaths *container, GError **error)
{
    const CgroupLayout *layout = readers->config.layout;

    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (layout->controllers[i].version != 0 && !cgroup_layout_path(layout, container, i)) {
            g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED,
                        "/proc/PID/cgroup has no line for %s", cgroup_controller_name(i, 1));
            return false;
        }
    return true;
}

/* Rules 2 to 4. */
static bool
look_at(Readers *readers, Reader *reader, GError **error)
{
    const Process *process;

    reader->process = known_thread(readers, reader->tid, error);
    if (!reader->process)
        return false;
    process = reader->process;
    reader->pid_dir = process->dir;
    if (process->is_init)
        reader->init_dir = process->dir;
    else if (process->init)
        reader->init_dir = process->init->dir;
    return by_cgroup_namespace(readers, reader) || by_own_cgroup(readers, reader, error);
}

/* The first rule that matches. */
static bool
find_container(Readers *readers, Reader *reader, GError **error)
{
    g_autoptr(GError) problem = NULL;

    if (readers->config.bound) {
        cgroup_paths_copy(readers->config.bound, &reader->container);
        return true;
    }
    if (reader->tid <= 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_STRANGER,
                    "the reader is not visible in the daemon's pid namespace");
        return false;
    }
    if (look_at(readers, reader, &problem))
        return true;
    if (!reader->process || !reader->process->is_kept ||
        !g_error_matches(problem, READ_ERROR, READ_ERROR_GONE)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    /* Who had the number a moment ago has ended. */
    known_forget(readers, reader->tid);
    reader_clear(reader);
    return look_at(readers, reader, error);
}

bool
reader_identify(Readers *readers, pid_t tid, Reader *ret, GError **error)
{
    g_auto(Reader) reader = NOBODY;

    reader.tid = tid;
    if (!find_container(readers, &reader, error) || !is_complete(readers, &reader.container, error))
        return false;
    *ret = reader;
    reader = NOBODY;
    return true;
}

void
readers_caches(Readers *readers, ReadersCache ret[READERS_CACHES])
{
    Cache *caches[READERS_CACHES] = {readers->roots, readers->inits, readers->threads,
                                     readers->births};
    static const char *const names[READERS_CACHES] = {"cgroup_namespaces", "pid_namespaces",
                                                      "threads", "births"};

    for (unsigned i = 0; i < READERS_CACHES; i++) {
        CacheUse use;

        cache_use(caches[i], &use);
        ret[i] = (ReadersCache){names[i], use.hits, use.misses, use.entries};
    }
}
