/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/reader/readers.h"

#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"

#include <dirent.h>
#include <fcntl.h>

#define DEPTH_MAX 32 /* of cgroups below one another */

typedef struct {
    unsigned *budget;
    MemberVisit visit;
    void *data;
} Visit;

static bool
visit_text(const char *text, size_t len, const Visit *visit)
{
    LineIter lines = lines_of(text, len);
    uint64_t pid;
    Span line;

    while (lines_next(&lines, &line)) {
        if (*visit->budget == 0)
            return false;
        --*visit->budget;
        /* 0 is a process that cannot be seen from here. */
        if (span_number(line, &pid, NULL) && pid > 0 && pid <= G_MAXINT32 &&
            !visit->visit((pid_t)pid, visit->data))
            return false;
    }
    return true;
}

static bool visit_cgroup(int dir, unsigned depth, const Visit *visit);

static bool
visit_children(int dir, unsigned depth, const Visit *visit)
{
    int fd = io_open_at(dir, ".", O_RDONLY | O_DIRECTORY, NULL);
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
        go_on = child < 0 || visit_cgroup(child, depth + 1, visit);
    }
    (void)closedir(list); /* it was only read */
    return go_on;
}

static bool
visit_cgroup(int dir, unsigned depth, const Visit *visit)
{
    g_autofree char *text = NULL;
    size_t len;

    if (*visit->budget == 0) /* a container may make as many cgroups as it likes */
        return false;
    --*visit->budget;
    text = io_read_at(dir, "cgroup.procs", &len, NULL);
    if (text && !visit_text(text, len, visit))
        return false;
    return depth >= DEPTH_MAX || visit_children(dir, depth, visit);
}

void
members_visit(int dir, unsigned *budget, MemberVisit visit, void *data)
{
    Visit all = {budget, visit, data};

    (void)visit_cgroup(dir, 0, &all); /* whether all were visited makes no difference */
}
