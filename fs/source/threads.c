/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/threads.h"

#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"

#include <dirent.h>
#include <fcntl.h>

#define DEPTH_MAX 32      /* of cgroups below one another */
#define CGROUPS_MAX 1024u /* of them in all: a container may make as many as it likes */

typedef struct {
    const char *file;
    unsigned budget; /* cgroups that may still be visited */
    ThreadVisit visit;
    void *data;
} Walk;

static bool
visit_text(const char *text, size_t len, const Walk *walk)
{
    LineIter lines = lines_of(text, len);
    uint64_t tid;
    Span line;

    while (lines_next(&lines, &line))
        /* 0 is a thread that cannot be seen from here. */
        if (span_number(line, &tid, NULL) && tid > 0 && !walk->visit(tid, walk->data))
            return false;
    return true;
}

static bool visit_cgroup(int dir, unsigned depth, Walk *walk);

static bool
visit_children(int dir, unsigned depth, Walk *walk)
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
        go_on = child < 0 || visit_cgroup(child, depth + 1, walk);
    }
    (void)closedir(list); /* it was only read */
    return go_on;
}

static bool
visit_cgroup(int dir, unsigned depth, Walk *walk)
{
    g_autofree char *text = NULL;
    size_t len;

    if (walk->budget == 0)
        return false;
    walk->budget--;
    text = io_read_at(dir, walk->file, &len, NULL);
    if (text && !visit_text(text, len, walk))
        return false;
    return depth >= DEPTH_MAX || visit_children(dir, depth, walk);
}

void
threads_visit(unsigned version, int dir, ThreadVisit visit, void *data)
{
    Walk walk = {version == 1 ? "tasks" : "cgroup.threads", CGROUPS_MAX, visit, data};

    (void)visit_cgroup(dir, 0, &walk); /* whether all were visited makes no difference */
}
