/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Out of the pod's cgroup, which is killed with the pod. */

#include "fs/keeper/keeper.h"

#include "common/fd.h"
#include "fs/keeper/log.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROOT_INODE 1 /* of every hierarchy (linux:fs/kernfs/mount.c); a pod sees its own as "/" */

/* A line of mountinfo (proc(5)): "36 35 0:31 ROOT POINT OPTIONS … - TYPE SOURCE SUPER". */
static bool
cgroup_mount(char *line, const char **ret_point)
{
    char *rest, *field = NULL, *type = strstr(line, " - cgroup");

    if (!type || (strncmp(type + 9, " ", 1) != 0 && strncmp(type + 9, "2 ", 2) != 0))
        return false;
    for (unsigned i = 0; i < 5; i++)
        if (!(field = strtok_r(i == 0 ? line : NULL, " ", &rest)))
            return false;
    *ret_point = field;
    return !strchr(field, '\\'); /* nobody makes one with blanks ("\040") */
}

static bool
is_root(const char *point)
{
    struct stat st;

    return stat(point, &st) == 0 && st.st_ino == ROOT_INODE;
}

/* A new cpuset of v1 takes nobody before it has CPUs and memory nodes. */
static void
fill_cpuset(int parent, int dir)
{
    static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};

    for (unsigned i = 0; i < sizeof files / sizeof files[0]; i++) {
        autofd from = openat(parent, files[i], O_RDONLY | O_CLOEXEC);
        autofd to = openat(dir, files[i], O_WRONLY | O_CLOEXEC);
        char text[4096];
        ssize_t n = from >= 0 && to >= 0 ? read(from, text, sizeof text) : 0;

        if (n > 0)
            n = write(to, text, (size_t)n); /* on v2 the root has none, and none is needed */
    }
}

static int
enter(const char *point, const char *name)
{
    autofd parent = open(point, O_PATH | O_DIRECTORY | O_CLOEXEC), dir = -1, procs = -1;

    if (parent < 0 || (mkdirat(parent, name, 0755) != 0 && errno != EEXIST) ||
        (dir = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
        return keeper_fail(errno, "cannot make the cgroup %s in %s: %m", name, point);
    fill_cpuset(parent, dir);
    procs = openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (procs < 0 || write(procs, "0", 1) != 1) /* who writes it */
        return keeper_fail(errno, "cannot enter the cgroup %s in %s: %m", name, point);
    return 0;
}

int
keeper_leave_cgroup(const char *name)
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t size = 0;
    unsigned n = 0;

    while (mounts && getline(&line, &size, mounts) > 0) {
        const char *point;

        if (cgroup_mount(line, &point) && is_root(point) && enter(point, name) == 0)
            n++;
    }
    free(line);
    if (mounts)
        (void)fclose(mounts);
    return n > 0 ? 0 : keeper_fail(ENOENT, "no cgroup could be entered");
}
