/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rule 2: what the host sees of a process minus what the process sees of itself is the root of its
 * cgroup namespace.  A namespace's root never changes, so it is found out once. */

#include "fs/reader/readers.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "fs/reader/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    CgroupPaths root;
    int fd; /* of the namespace: while it is open no other can get the number */
} Known;

static void
known_free(gpointer data)
{
    Known *known = data;

    cgroup_paths_clear(&known->root);
    fd_clear(&known->fd);
    g_free(known);
}

static bool
known_copy(const void *value, void *ret)
{
    cgroup_paths_copy(&((const Known *)value)->root, ret);
    return true;
}

/* Half a minute: a container that is gone must not be kept in the kernel for long. */
const CacheKind namespace_roots = {
    .max_idle_usec = 30 * G_USEC_PER_SEC,
    .value_free = known_free,
    .value_copy = known_copy,
};

/* Not for a recorded machine, whose namespaces cannot be opened. */
static void
remember(Readers *readers, int dir, uint64_t number, const CgroupPaths *root)
{
    autofd fd = io_open_at(dir, "ns/cgroup", O_RDONLY, NULL);
    struct stat status;
    Known *known;

    if (fd < 0 || fstat(fd, &status) != 0 || status.st_ino != number)
        return;
    known = g_new0(Known, 1);
    cgroup_paths_copy(root, &known->root);
    known->fd = fd_steal(&fd);
    cache_put(readers->roots, number, (uint64_t)g_get_monotonic_time(), known);
}

static bool
cannot_tell(GError **error, const char *why)
{
    g_set_error(error, READ_ERROR, READ_ERROR_IO, "%s", why);
    return false;
}

static bool
subtract(const char *seen, const char *inside, size_t inside_len, CgroupPaths *ret, GError **error)
{
    g_auto(CgroupPaths) seen_paths = {0}, inside_paths = {0};

    if (!cgroup_paths_parse(seen, strlen(seen), &seen_paths, error) ||
        !cgroup_paths_parse(inside, inside_len, &inside_paths, error))
        return false;
    return cgroup_paths_subtract(&seen_paths, &inside_paths, ret) ||
           cannot_tell(error, "the process is outside the root of its cgroup namespace");
}

/* Whoever may write to his cgroups can be elsewhere for just as long as he is looked at from
 * inside, and back in time: if he is called there as the path above him is, that would make the
 * root of all his.  Nobody moves the daemon, so what the namespace shows of it decides. */
static bool
is_confirmed(Readers *readers, int dir, const CgroupPaths *root, GError **error)
{
    g_auto(CgroupPaths) own = {0}, shown = {0};
    g_autofree char *seen = NULL, *inside = NULL;
    size_t seen_len, inside_len;

    if (!readers->config.look_back)
        return true;
    seen = io_read_at(readers->config.root_fd, "proc/self/cgroup", &seen_len, error);
    inside = seen ? readers->config.look_back(dir, &inside_len, error) : NULL;
    if (!inside || !cgroup_paths_parse(seen, seen_len, &own, error) ||
        !cgroup_paths_parse(inside, inside_len, &shown, error))
        return false;
    return cgroup_paths_are_shown(root, &own, &shown) ||
           cannot_tell(error, "the process moved there and back while it was looked at");
}

/* Looks at the process from both sides.  *ret_moved tells whether it stood still meanwhile. */
static bool
look(Readers *readers, int dir, uint64_t number, CgroupPaths *ret, bool *ret_moved, GError **error)
{
    g_autofree char *before = NULL, *inside = NULL, *after = NULL;
    ProcessStat stat;
    size_t len;

    before = io_read_at(dir, "cgroup", NULL, error);
    if (!before)
        return false;
    inside = readers->config.look_inside(dir, &len, error);
    if (!inside)
        return false;
    after = io_read_at(dir, "cgroup", NULL, error);
    if (!after || !process_stat(dir, &stat, error))
        return false;
    *ret_moved = strcmp(before, after) != 0 || process_namespace(dir, "ns/cgroup") != number;
    if (*ret_moved)
        return cannot_tell(error, "the process moves from cgroup to cgroup");
    if (stat.exiting) /* v1 shows it in the root already */
        return cannot_tell(error, "the process is ending");
    return subtract(before, inside, len, ret, error);
}

bool
namespace_root_find(Readers *readers, int dir, uint64_t number, CgroupPaths *ret, GError **error)
{
    g_autoptr(GError) problem = NULL;
    CgroupPaths root = {0};
    bool moved = false, found;

    if (cache_get(readers->roots, number, (uint64_t)g_get_monotonic_time(), ret))
        return true;
    found = look(readers, dir, number, &root, &moved, &problem);
    if (moved) {
        g_clear_error(&problem);
        found = look(readers, dir, number, &root, &moved, &problem);
    }
    if (!found || !is_confirmed(readers, dir, &root, &problem)) {
        cgroup_paths_clear(&root);
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    remember(readers, dir, number, &root);
    *ret = root;
    return true;
}
