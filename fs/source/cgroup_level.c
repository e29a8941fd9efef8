/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup_level.h"

#include "common/error.h"
#include "common/number.h"

#include <string.h>

static unsigned
count_components(const char *path)
{
    unsigned n = 0;

    for (; *path; path++)
        n += path[0] == '/' && path[1] != '/' && path[1] != '\0';
    return n;
}

/* What need not be looked up by its path: it was in this tick, or needs not be at all. */
static CgroupDirectory *
find_known(const Cgroups *cgroups, unsigned place)
{
    CgroupsKnownPlace at;

    if (!cgroups_known_find(cgroups->known, place, cgroups->tick, &at) &&
        !(cgroups->by_number && cgroups_known_use(cgroups->known, place, cgroups->tick, &at)))
        return NULL;
    return cgroup_directory_find(at.dev, at.ino);
}

/* Where @path leads, which is asked once in a tick at most. */
static CgroupDirectory *
find_directory(const CgroupHierarchy *hierarchy, const char *path, const Cgroups *cgroups,
               GError **error)
{
    CgroupsKnownPlace at;
    CgroupDirectory *directory;
    unsigned place;

    if (!cgroups->known || cgroups->tick == 0)
        return cgroup_directory_open(hierarchy, path, error);
    place = cgroups_place(cgroups->layout, hierarchy);
    directory = find_known(cgroups, place);
    if (directory)
        return directory;
    directory = cgroup_directory_open(hierarchy, path, error);
    if (!directory)
        return NULL;
    at = (CgroupsKnownPlace){.tick = cgroups->tick,
                             .dev = cgroup_directory_device(directory),
                             .ino = cgroup_directory_id(directory)};
    cgroups_known_add(cgroups->known, place, &at);
    return directory;
}

static CgroupDirectory *
open_directory(const CgroupHierarchy *hierarchy, const char *path, const Cgroups *cgroups,
               GError **error)
{
    CgroupsLast *last = cgroups->last;
    CgroupDirectory *directory;

    if (last && last->directory && strcmp(last->path, path) == 0 &&
        strcmp(last->mount_point, hierarchy->mount_point) == 0)
        return cgroup_directory_ref(last->directory);
    directory = find_directory(hierarchy, path, cgroups, error);
    if (directory && last) {
        cgroups_last_clear(last);
        *last = (CgroupsLast){hierarchy->mount_point, path, cgroup_directory_ref(directory)};
    }
    return directory;
}

void
cgroups_last_clear(CgroupsLast *last)
{
    g_clear_pointer(&last->directory, cgroup_directory_unref);
}

static bool
level_start(const CgroupHierarchy *hierarchy, const char *path, const Cgroups *cgroups,
            CgroupLevel *ret, GError **error)
{
    CgroupDirectory *dir;
    unsigned depth;

    if (!path || hierarchy->version == 0 || strcmp(path, "/") == 0) {
        *ret = (CgroupLevel){.version = hierarchy->version};
        return true;
    }
    dir = open_directory(hierarchy, path, cgroups, error);
    if (!dir)
        return false;
    /* What the mount shows as its root may be a cgroup itself: then it is the last level. */
    depth = count_components(path) - count_components(hierarchy->root);
    *ret = (CgroupLevel){.dir = dir,
                         .above = strcmp(hierarchy->root, "/") == 0 ? depth - 1 : depth,
                         .version = hierarchy->version,
                         .tick = cgroups->tick};
    return true;
}

bool
cgroup_level_of(const Cgroups *cgroups, CgroupController controller, CgroupLevel *ret,
                GError **error)
{
    const char *path = cgroup_layout_path(cgroups->layout, cgroups->container, controller);

    return level_start(&cgroups->layout->controllers[controller], path, cgroups, ret, error);
}

bool
cgroup_level_of_unified(const Cgroups *cgroups, CgroupLevel *ret, GError **error)
{
    return level_start(&cgroups->layout->unified, cgroups->container->unified, cgroups, ret, error);
}

bool
cgroup_failed(const Cgroups *cgroups, CgroupController controller, GError **error)
{
    g_prefix_error(error, "%s cgroup %s: ", cgroup_controller_name(controller, 1),
                   cgroup_layout_path(cgroups->layout, cgroups->container, controller));
    return false;
}

bool
cgroup_level_up(CgroupLevel *level, GError **error)
{
    CgroupDirectory *parent = NULL;

    if (level->above > 0) {
        parent = cgroup_directory_parent(level->dir, error);
        if (!parent)
            return false;
        level->above--;
    }
    cgroup_level_clear(level);
    level->dir = parent;
    level->is_above = true;
    return true;
}

void
cgroup_level_copy(const CgroupLevel *level, CgroupLevel *ret)
{
    *ret = *level;
    if (ret->dir)
        (void)cgroup_directory_ref(ret->dir);
}

void
cgroup_level_clear(CgroupLevel *level)
{
    g_clear_pointer(&level->dir, cgroup_directory_unref);
}

bool
cgroup_file_read(const CgroupLevel *level, const char *file, HostText *ret, GError **error)
{
    return level->is_above ? cgroup_directory_read_shared(level->dir, file, level->tick, ret, error)
                           : cgroup_directory_read(level->dir, file, ret, error);
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
cgroup_file_text(const CgroupLevel *level, const char *file, HostText *ret, GError **error)
{
    if (!cgroup_file_read(level, file, ret, error))
        return false;
    if (ret->text)
        return true;
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "the cgroup has no %s", file);
    return false;
}

bool
cgroup_file_number(const CgroupLevel *level, const char *file, uint64_t *ret, GError **error)
{
    g_auto(HostText) text = {0};

    return cgroup_file_text(level, file, &text, error) && parse_number(&text, file, ret, error);
}

bool
cgroup_file_number_or(const CgroupLevel *level, const char *file, uint64_t fallback, uint64_t *ret,
                      GError **error)
{
    g_auto(HostText) text = {0};

    if (!cgroup_file_read(level, file, &text, error))
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

    while (level->dir) {
        if (!cgroup_file_read(level, file, &text, error))
            return false;
        if (text.text)
            break;
        if (!cgroup_level_up(level, error))
            return false;
    }
    *ret = text;
    return true;
}
