/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The init of a pid namespace: asked of the kernel where it answers (Linux 6.11), else searched
 * from the near to the far: among the parents, in the cgroups around, everywhere. */

#include "fs/reader/readers.h"

#include "common/cgroup_walk.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/number.h"
#include "fs/reader/known.h"
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

typedef struct {
    const Readers *readers;
    uint64_t number;
    Process *found; /* or NULL */
} Search;

static bool
is_init(const Process *process, uint64_t number)
{
    ProcessStatus status;

    return process->pid_ns == number && process_status(process->dir, &status, NULL) &&
           status.number == INIT_NUMBER;
}

/* A visit of CgroupWalk, too. */
static bool
try_pid(pid_t pid, void *data)
{
    Search *search = data;
    g_autoptr(Process) process = known_open(search->readers, pid, NULL);

    if (!process || !is_init(process, search->number))
        return true;
    process->is_init = true; /* nobody else has it yet */
    search->found = g_steal_pointer(&process);
    return false;
}

static void
ask_the_kernel(Search *search, const Process *process)
{
    autofd namespace = io_open_at(process->dir, "ns/pid", O_RDONLY, NULL);
    int pid;

    if (namespace < 0)
        return;
    pid = ioctl(namespace, NS_GET_PID_FROM_PIDNS, (long)INIT_NUMBER);
    if (pid > 0)
        (void)try_pid(pid, search);
}

/* The process itself, its parent, … for as long as they are in the namespace. */
static void
search_parents(Search *search, const Process *process)
{
    pid_t pid = process->pid;

    for (unsigned i = 0; pid > 0 && i < PARENTS_MAX; i++) {
        g_autoptr(Process) at = known_open(search->readers, pid, NULL);
        ProcessStatus status;

        if (!at || at->pid_ns != search->number || !process_status(at->dir, &status, NULL))
            return;
        if (status.number == INIT_NUMBER) {
            at->is_init = true;
            search->found = g_steal_pointer(&at);
            return;
        }
        pid = status.parent;
    }
}

/* The process's cgroup, its parent, … in the hierarchy that limits memory. */
static void
search_cgroups(Search *search, const Process *process)
{
    const CgroupLayout *layout = search->readers->config.layout;
    const CgroupHierarchy *hierarchy = &layout->controllers[CGROUP_MEMORY];
    g_auto(CgroupPaths) paths = {0};
    g_autofree char *path = NULL;
    CgroupWalk walk = {"cgroup.procs", MEMBERS_MAX, MEMBERS_MAX, try_pid, search};

    if (!process_cgroup(process->dir, &paths, NULL))
        return;
    path = g_strdup(cgroup_layout_path(layout, &paths, CGROUP_MEMORY));
    while (path && strcmp(path, "/") != 0 && !search->found && walk.cgroups_left > 0 &&
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
    int fd = io_open_at(search->readers->config.root_fd, "proc", O_RDONLY | O_DIRECTORY, NULL);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (!list) {
        fd_clear(&fd);
        return;
    }
    while (!search->found && (entry = readdir(list))) {
        pid_t pid;

        if (number_parse_pid(entry->d_name, strlen(entry->d_name), &pid, NULL))
            (void)try_pid(pid, search);
    }
    (void)closedir(list); /* it was only read */
}

static Process *
search_init(const Readers *readers, const Process *process)
{
    Search search = {readers, process->pid_ns, NULL};

    ask_the_kernel(&search, process);
    if (!search.found)
        search_parents(&search, process);
    if (!search.found)
        search_cgroups(&search, process);
    if (!search.found)
        search_everywhere(&search);
    return search.found;
}

Process *
known_init_find(Readers *readers, const Process *process)
{
    uint64_t now = (uint64_t)g_get_monotonic_time();
    Process *init;

    if (cache_get(readers->inits, process->pid_ns, now, &init)) {
        if (process_namespace(init->dir, "ns/pid") == process->pid_ns)
            return init;
        cache_drop(readers->inits, process->pid_ns);
        known_unref(init);
    }
    init = search_init(readers, process);
    if (init)
        cache_put(readers->inits, process->pid_ns, now, known_ref(init));
    return init;
}
