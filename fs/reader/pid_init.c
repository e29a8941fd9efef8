/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The init of a pid namespace: asked of the kernel where it answers (Linux 6.11), else searched
 * from the near to the far: among the parents, in the cgroups around, everywhere. */

#include "fs/reader/readers.h"

#include "common/cgroup_walk.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/number.h"
#include "fs/reader/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#ifndef NS_GET_PID_FROM_PIDNS
#define NS_GET_PID_FROM_PIDNS _IOR(0xb7, 0x6, int) /* linux:include/uapi/linux/nsfs.h */
#endif
#define INIT_NUMBER 1
#define PARENTS_MAX 1024
#define MEMBERS_MAX 4096

static void
known_free(gpointer data)
{
    fd_clear(data);
    g_free(data);
}

static bool
known_copy(const void *value, void *ret)
{
    *(int *)ret = fcntl(*(const int *)value, F_DUPFD_CLOEXEC, 0);
    return *(int *)ret >= 0;
}

/* The directory of an init that has ended fails at every look below it, and while it has not its
 * namespace's number cannot be another's. */
const CacheKind pid_inits = {
    .max_entries = 256,
    .max_idle_usec = 30 * G_USEC_PER_SEC,
    .value_free = known_free,
    .value_copy = known_copy,
};

typedef struct {
    int root_fd;
    uint64_t number;
    int found; /* /proc/PID of the init, or -1 */
} Search;

static bool
is_init(int dir, uint64_t number)
{
    ProcessStatus status;

    return process_namespace(dir, "ns/pid") == number && process_status(dir, &status, NULL) &&
           status.number == INIT_NUMBER;
}

/* A visit of CgroupWalk, too. */
static bool
try_pid(pid_t pid, void *data)
{
    Search *search = data;
    autofd dir = process_open(search->root_fd, pid, NULL);

    if (dir < 0 || !is_init(dir, search->number))
        return true;
    search->found = fd_steal(&dir);
    return false;
}

static void
ask_the_kernel(Search *search, int dir)
{
    autofd namespace = io_open_at(dir, "ns/pid", O_RDONLY, NULL);
    int pid;

    if (namespace < 0)
        return;
    pid = ioctl(namespace, NS_GET_PID_FROM_PIDNS, (long)INIT_NUMBER);
    if (pid > 0)
        (void)try_pid(pid, search);
}

/* The process itself, its parent, … for as long as they are in the namespace. */
static void
search_parents(Search *search, int dir)
{
    autofd at = fcntl(dir, F_DUPFD_CLOEXEC, 0);

    for (unsigned i = 0; at >= 0 && i < PARENTS_MAX; i++) {
        ProcessStatus status;

        if (process_namespace(at, "ns/pid") != search->number || !process_status(at, &status, NULL))
            return;
        if (status.number == INIT_NUMBER) {
            search->found = fd_steal(&at);
            return;
        }
        fd_clear(&at);
        if (status.parent > 0)
            at = process_open(search->root_fd, status.parent, NULL);
    }
}

/* The process's cgroup, its parent, … in the hierarchy that limits memory. */
static void
search_cgroups(Search *search, const CgroupLayout *layout, int dir)
{
    const CgroupHierarchy *hierarchy = &layout->controllers[CGROUP_MEMORY];
    g_auto(CgroupPaths) paths = {0};
    g_autofree char *path = NULL;
    CgroupWalk walk = {"cgroup.procs", MEMBERS_MAX, MEMBERS_MAX, try_pid, search};

    if (!process_cgroup(dir, &paths, NULL))
        return;
    path = g_strdup(cgroup_layout_path(layout, &paths, CGROUP_MEMORY));
    while (path && strcmp(path, "/") != 0 && search->found < 0 && walk.cgroups_left > 0 &&
           walk.ids_left > 0) {
        autofd cgroup = cgroup_layout_open(hierarchy, path, NULL);
        char *parent = g_path_get_dirname(path);

        if (cgroup >= 0)
            cgroup_walk(&walk, cgroup);
        g_free(path);
        path = parent;
    }
}

static void
search_everywhere(Search *search)
{
    int fd = io_open_at(search->root_fd, "proc", O_RDONLY | O_DIRECTORY, NULL);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (!list) {
        fd_clear(&fd);
        return;
    }
    while (search->found < 0 && (entry = readdir(list))) {
        pid_t pid;

        if (number_parse_pid(entry->d_name, strlen(entry->d_name), &pid, NULL))
            (void)try_pid(pid, search);
    }
    (void)closedir(list); /* it was only read */
}

static int
search_init(const Readers *readers, int dir, uint64_t number)
{
    Search search = {readers->config.root_fd, number, -1};

    ask_the_kernel(&search, dir);
    if (search.found < 0)
        search_parents(&search, dir);
    if (search.found < 0)
        search_cgroups(&search, readers->config.layout, dir);
    if (search.found < 0)
        search_everywhere(&search);
    return search.found;
}

int
pid_init_find(Readers *readers, int dir, uint64_t number)
{
    uint64_t now = (uint64_t)g_get_monotonic_time();
    autofd init = -1;
    int *known;

    if (cache_get(readers->inits, number, now, &init)) {
        if (process_namespace(init, "ns/pid") == number)
            return fd_steal(&init);
        cache_drop(readers->inits, number);
        fd_clear(&init);
    }
    init = search_init(readers, dir, number);
    if (init < 0)
        return -1;
    known = g_new(int, 1);
    *known = fcntl(init, F_DUPFD_CLOEXEC, 0);
    cache_put(readers->inits, number, now, known);
    return fd_steal(&init);
}
