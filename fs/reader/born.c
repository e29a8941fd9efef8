/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a container was born.  Told once, then remembered: the oldest process may end. */

#include "fs/reader/readers.h"

#include "common/cgroup_walk.h"
#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/number.h"
#include "fs/reader/process.h"
#include "fs/survive/record.h"

#include <string.h>
#include <sys/stat.h>

#define MEMBERS_MAX 4096
#define RECORD_VERSION 1

typedef struct {
    const Readers *readers; /* borrowed */
    uint64_t id, usec;
} Birth;

static bool
birth_copy(const void *value, void *ret)
{
    *(uint64_t *)ret = ((const Birth *)value)->usec;
    return true;
}

static void
birth_free(gpointer value)
{
    const Birth *birth = value;

    shelf_drop(birth->readers->shelf, (ShelfKey){SHELF_BIRTH, birth->id});
    g_free(value);
}

/* A cgroup's number is never given again, so a birth never becomes wrong.  Those of cgroups that
 * are gone are forgotten by forget_the_dead(). */
const CacheKind births = {
    .max_idle_usec = CACHE_FOR_EVER,
    .value_free = birth_free,
    .value_copy = birth_copy,
};

typedef struct {
    int root_fd;
    uint64_t oldest; /* NUMBER_MAX: none seen */
} Births;

/* A visit of CgroupWalk. */
static bool
visit_start(pid_t pid, void *data)
{
    Births *seen = data;
    autofd dir = process_open(seen->root_fd, pid, NULL);
    ProcessStat stat;

    if (dir >= 0 && process_stat(dir, &stat, NULL))
        seen->oldest = MIN(seen->oldest, stat.start_usec);
    return true;
}

static bool
is_in(const Readers *readers, int dir, const char *cgroup)
{
    g_auto(CgroupPaths) paths = {0};
    const char *path = NULL;

    if (process_cgroup(dir, &paths, NULL))
        path = cgroup_layout_path(readers->config.layout, &paths, CGROUP_CPUACCT);
    return path && cgroup_path_is_below(path, cgroup);
}

/* The container's first process: an init in it whose parent is not (one may make pid namespaces
 * inside a container, too). */
static bool
is_first(const Readers *readers, int init_dir, const char *cgroup)
{
    ProcessStatus status;
    autofd parent = -1;

    if (!is_in(readers, init_dir, cgroup) || !process_status(init_dir, &status, NULL))
        return false;
    if (status.parent > 0)
        parent = process_open(readers->config.root_fd, status.parent, NULL);
    return parent < 0 || !is_in(readers, parent, cgroup);
}

static bool
find_birth(const Readers *readers, const Reader *reader, int cgroup, uint64_t *ret, GError **error)
{
    const char *path =
        cgroup_layout_path(readers->config.layout, &reader->container, CGROUP_CPUACCT);
    Births seen = {readers->config.root_fd, NUMBER_MAX};
    CgroupWalk walk = {"cgroup.procs", MEMBERS_MAX, MEMBERS_MAX, visit_start, &seen};
    ProcessStat stat;

    if (reader->init_dir >= 0 && is_first(readers, reader->init_dir, path) &&
        process_stat(reader->init_dir, &stat, NULL)) {
        *ret = stat.start_usec;
        return true;
    }
    cgroup_walk(&walk, cgroup);
    if (seen.oldest == NUMBER_MAX && reader->pid_dir >= 0) {
        /* He looks at the container from outside, and it is empty. */
        if (!process_stat(reader->pid_dir, &stat, error))
            return false;
        seen.oldest = stat.start_usec;
    }
    if (seen.oldest == NUMBER_MAX) {
        g_set_error(error, READ_ERROR, READ_ERROR_GONE, "no process is left in %s", path);
        return false;
    }
    *ret = seen.oldest;
    return true;
}

/* Each new birth is the occasion to look at two others, so that the dead do not outnumber the
 * living. */
static void
forget_the_dead(Readers *readers, uint64_t now)
{
    const CgroupHierarchy *hierarchy = &readers->config.layout->controllers[CGROUP_CPUACCT];
    uint64_t id;

    for (int i = 0; i < 2 && cache_oldest(readers->births, now, &id); i++)
        if (cgroup_layout_lost(hierarchy, id))
            cache_drop(readers->births, id);
}

static void
remember(Readers *readers, uint64_t id, uint64_t now, uint64_t usec)
{
    const Birth birth = {readers, id, usec};

    cache_put(readers->births, id, now, g_memdup2(&birth, sizeof birth));
}

/* Kept when it is remembered: what is no longer remembered, as the one before may be, is dropped.
 */
static void
keep(Readers *readers, uint64_t id, uint64_t usec)
{
    const uint64_t words[] = {RECORD_VERSION, usec};

    (void)shelf_put(readers->shelf, (ShelfKey){SHELF_BIRTH, id}, words, sizeof words);
}

/* A ShelfVisit. */
static bool
take_up(uint64_t id, const void *data, size_t len, void *user)
{
    RecordReader reader = record_read(data, len, RECORD_VERSION);
    uint64_t usec = record_take(&reader);

    if (!record_is_whole(&reader))
        return false;
    remember(user, id, (uint64_t)g_get_monotonic_time(), usec);
    return true;
}

void
readers_keep(Readers *readers, Shelf *shelf)
{
    shelf_foreach(shelf, SHELF_BIRTH, take_up, readers);
    readers->shelf = shelf;
}

/* @path: of the container's cpuacct cgroup. */
static bool
learn_birth(Readers *readers, const Reader *reader, const char *path, uint64_t *ret_usec,
            GError **error)
{
    const CgroupHierarchy *hierarchy = &readers->config.layout->controllers[CGROUP_CPUACCT];
    uint64_t now = (uint64_t)g_get_monotonic_time();
    autofd cgroup = cgroup_layout_open(hierarchy, path, error);
    struct stat status;

    if (cgroup < 0)
        return false;
    if (fstat(cgroup, &status) != 0) {
        read_error_set_errno(error, errno, "cannot stat %s", path);
        return false;
    }
    if (!find_birth(readers, reader, cgroup, ret_usec, error))
        return false;
    forget_the_dead(readers, now);
    remember(readers, status.st_ino, now, *ret_usec);
    keep(readers, status.st_ino, *ret_usec);
    return true;
}

bool
reader_born_in(Readers *readers, const Reader *reader, uint64_t id, uint64_t *ret_usec,
               GError **error)
{
    const char *path =
        cgroup_layout_path(readers->config.layout, &reader->container, CGROUP_CPUACCT);

    return cache_get(readers->births, id, (uint64_t)g_get_monotonic_time(), ret_usec) ||
           learn_birth(readers, reader, path, ret_usec, error);
}

bool
reader_born(Readers *readers, const Reader *reader, uint64_t *ret_usec, GError **error)
{
    const CgroupLayout *layout = readers->config.layout;
    const char *path = cgroup_layout_path(layout, &reader->container, CGROUP_CPUACCT);
    struct stat status;

    if (!path || strcmp(path, "/") == 0) {
        *ret_usec = 0;
        return true;
    }
    return cgroup_layout_stat(&layout->controllers[CGROUP_CPUACCT], path, &status, error) &&
           reader_born_in(readers, reader, status.st_ino, ret_usec, error);
}
