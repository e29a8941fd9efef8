/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup_level.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "common/number.h"
#include "fs/source/kept.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned
count_components(const char *path)
{
    unsigned n = 0;

    for (; *path; path++)
        n += path[0] == '/' && path[1] != '/' && path[1] != '\0';
    return n;
}

bool
cgroup_level_start(const CgroupHierarchy *hierarchy, const char *path, CgroupLevel *ret,
                   GError **error)
{
    unsigned depth;
    int dir;

    if (!path || hierarchy->version == 0 || strcmp(path, "/") == 0) {
        *ret = (CgroupLevel){.dir = -1, .version = hierarchy->version};
        return true;
    }
    dir = cgroup_layout_open(hierarchy, path, error);
    if (dir < 0)
        return false;
    /* What the mount shows as its root may be a cgroup itself: then it is the last level. */
    depth = count_components(path) - count_components(hierarchy->root);
    *ret = (CgroupLevel){.dir = dir,
                         .above = strcmp(hierarchy->root, "/") == 0 ? depth - 1 : depth,
                         .version = hierarchy->version};
    return true;
}

bool
cgroup_level_of(const CgroupLayout *layout, const CgroupPaths *container,
                CgroupController controller, CgroupLevel *ret, GError **error)
{
    return cgroup_level_start(&layout->controllers[controller],
                              cgroup_layout_path(layout, container, controller), ret, error);
}

bool
cgroup_failed(const CgroupLayout *layout, const CgroupPaths *container, CgroupController controller,
              GError **error)
{
    g_prefix_error(error, "%s cgroup %s: ", cgroup_controller_name(controller, 1),
                   cgroup_layout_path(layout, container, controller));
    return false;
}

bool
cgroup_level_up(CgroupLevel *level, GError **error)
{
    autofd parent = -1;

    if (level->above > 0) {
        parent = io_open_at(level->dir, "..", O_PATH | O_DIRECTORY, error);
        if (parent < 0)
            return false;
        level->above--;
    }
    fd_clear(&level->dir);
    level->dir = fd_steal(&parent);
    return true;
}

void
cgroup_level_clear(CgroupLevel *level)
{
    fd_clear(&level->dir);
}

bool
cgroup_directory_id(int dir, uint64_t *ret, GError **error)
{
    struct stat status;

    if (fstat(dir, &status) != 0) {
        read_error_set_errno(error, errno, "cannot stat a cgroup");
        return false;
    }
    *ret = status.st_ino;
    return true;
}

/* Every cgroup has cgroup.procs for as long as it exists. */
static bool
is_alive(int dir)
{
    return faccessat(dir, "cgroup.procs", F_OK, 0) == 0;
}

bool
cgroup_file_read(int dir, const char *file, HostText *ret, GError **error)
{
    g_autoptr(GError) problem = NULL;
    HostText text = {0};

    text.text = kept_read(dir, file, &text.len, &problem);
    if (!text.text && !(g_error_matches(problem, READ_ERROR, READ_ERROR_GONE) && is_alive(dir))) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    *ret = text;
    return true;
}

Span
cgroup_first_line(const HostText *text)
{
    return (Span){text->text, strcspn(text->text, "\n")};
}

static bool
parse_number(const HostText *text, const char *file, uint64_t *ret, GError **error)
{
    Span line = cgroup_first_line(text);

    if (number_parse_or_max(line.text, line.len, ret, error))
        return true;
    g_prefix_error(error, "%s: ", file);
    return false;
}

bool
cgroup_file_number(int dir, const char *file, uint64_t *ret, GError **error)
{
    g_auto(HostText) text = {0};

    if (!cgroup_file_read(dir, file, &text, error))
        return false;
    if (text.text)
        return parse_number(&text, file, ret, error);
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "the cgroup has no %s", file);
    return false;
}

bool
cgroup_file_number_or(int dir, const char *file, uint64_t fallback, uint64_t *ret, GError **error)
{
    g_auto(HostText) text = {0};

    if (!cgroup_file_read(dir, file, &text, error))
        return false;
    if (text.text)
        return parse_number(&text, file, ret, error);
    *ret = fallback;
    return true;
}

bool
cgroup_level_find(CgroupLevel *level, const char *file, HostText *ret, GError **error)
{
    HostText text = {0};

    while (level->dir >= 0) {
        if (!cgroup_file_read(level->dir, file, &text, error))
            return false;
        if (text.text)
            break;
        if (!cgroup_level_up(level, error))
            return false;
    }
    *ret = text;
    return true;
}
