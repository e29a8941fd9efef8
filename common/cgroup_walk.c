/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cgroup_walk.h"

#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"
#include "common/number.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define DEPTH_MAX 32 /* of cgroups below one another */

static bool
visit_text(CgroupWalk *walk, const char *text, size_t len)
{
    LineIter lines = lines_of(text, len);
    Span line;
    pid_t id;

    while (lines_next(&lines, &line)) {
        if (walk->ids_left == 0)
            return false;
        walk->ids_left--;
        /* 0 is one that cannot be seen from here. */
        if (number_parse_pid(line.text, line.len, &id, NULL) && !walk->visit(id, walk->data))
            return false;
    }
    return true;
}

static bool visit_cgroup(CgroupWalk *walk, int dir, unsigned depth);

/* Each directory is a link to the one above; filesystems that do not count them say 1. */
static bool
is_leaf(int dir)
{
    struct stat status;

    return fstat(dir, &status) == 0 && status.st_nlink == 2;
}

static bool
visit_children(CgroupWalk *walk, int dir, unsigned depth)
{
    int fd = is_leaf(dir) ? -1 : io_open_at(dir, ".", O_RDONLY | O_DIRECTORY, NULL);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    bool go_on = true;

    if (!list) {
        fd_clear(&fd);
        return true;
    }
    while (go_on && (entry = readdir(list))) {
        autofd child = -1;

        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        child = io_open_at(dir, entry->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW, NULL);
        go_on = child < 0 || visit_cgroup(walk, child, depth + 1);
    }
    (void)closedir(list); /* it was only read */
    return go_on;
}

static bool
visit_cgroup(CgroupWalk *walk, int dir, unsigned depth)
{
    g_autofree char *text = NULL;
    size_t len;

    if (walk->cgroups_left == 0)
        return false;
    walk->cgroups_left--;
    text = io_read_records_at(dir, walk->file, &len, NULL);
    if (text && !visit_text(walk, text, len))
        return false;
    return depth >= DEPTH_MAX || visit_children(walk, dir, depth);
}

void
cgroup_walk(CgroupWalk *walk, int dir)
{
    (void)visit_cgroup(walk, dir, 0); /* whether all were visited is what is left */
}
