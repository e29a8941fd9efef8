/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cgroup_paths.h"

#include "common/error.h"
#include "common/lines.h"

#include <string.h>

static const struct {
    const char *v1, *v2;
} controller_names[CGROUP_N_CONTROLLERS] = {
    [CGROUP_MEMORY] = {"memory", "memory"},    [CGROUP_CPU] = {"cpu", "cpu"},
    [CGROUP_CPUACCT] = {"cpuacct", NULL},      [CGROUP_CPUSET] = {"cpuset", "cpuset"},
    [CGROUP_PIDS] = {"pids", "pids"},          [CGROUP_IO] = {"blkio", "io"},
    [CGROUP_HUGETLB] = {"hugetlb", "hugetlb"}, [CGROUP_FREEZER] = {"freezer", NULL},
    [CGROUP_DEVICES] = {"devices", NULL},
};

const char *
cgroup_controller_name(CgroupController controller, unsigned version)
{
    return version == 1 ? controller_names[controller].v1 : controller_names[controller].v2;
}

void
cgroup_paths_clear(CgroupPaths *paths)
{
    for (size_t i = 0; i < CGROUP_N_CONTROLLERS; i++)
        g_clear_pointer(&paths->v1[i], g_free);
    g_clear_pointer(&paths->unified, g_free);
}

void
cgroup_paths_copy(const CgroupPaths *from, CgroupPaths *ret)
{
    for (size_t i = 0; i < CGROUP_N_CONTROLLERS; i++)
        ret->v1[i] = g_strdup(from->v1[i]);
    ret->unified = g_strdup(from->unified);
}

static void
set_v1_path(CgroupPaths *paths, Span controller, Span path)
{
    for (size_t i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (!paths->v1[i] && span_equals(controller, controller_names[i].v1))
            paths->v1[i] = span_dup(path);
}

/* "4:cpu,cpuacct:/docker/1f0c" or "0::/user.slice"; a path may contain colons. */
static bool
parse_line(Span line, CgroupPaths *paths)
{
    Span rest = line, id, controllers, controller;

    if (!span_next_field(&rest, ':', &id) || !span_next_field(&rest, ':', &controllers) ||
        !rest.text || rest.len == 0 || rest.text[0] != '/')
        return false;
    if (controllers.len == 0) {
        if (!paths->unified)
            paths->unified = span_dup(rest);
        return true;
    }
    while (span_next_field(&controllers, ',', &controller))
        set_v1_path(paths, controller, rest);
    return true;
}

bool
cgroup_paths_parse(const char *text, size_t len, CgroupPaths *ret, GError **error)
{
    g_auto(CgroupPaths) paths = {0};
    LineIter lines = lines_of(text, len);
    Span line;

    while (lines_next(&lines, &line))
        if (memchr(line.text, '\0', line.len) || !parse_line(line, &paths)) {
            g_autofree char *quoted = g_strndup(line.text, MIN(line.len, 64));
            g_autofree char *shown = g_strescape(quoted, NULL);

            g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED,
                        "not a line of /proc/PID/cgroup: '%s'", shown);
            return false;
        }
    *ret = paths;
    paths = (CgroupPaths){0};
    return true;
}

bool
cgroup_paths_are_root(const CgroupPaths *paths)
{
    for (size_t i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (paths->v1[i] && strcmp(paths->v1[i], "/") != 0)
            return false;
    return !paths->unified || strcmp(paths->unified, "/") == 0;
}

/* NULL unless @seen ends in @inside at a component's start. */
static char *
subtract(const char *seen, const char *inside)
{
    size_t seen_len = strlen(seen), inside_len = strlen(inside);

    if (strcmp(inside, "/") == 0)
        return g_strdup(seen);
    if (g_str_has_prefix(inside, "/..") && (inside[3] == '/' || inside[3] == '\0'))
        return NULL;
    if (seen_len < inside_len || strcmp(seen + seen_len - inside_len, inside) != 0)
        return NULL;
    return seen_len == inside_len ? g_strdup("/") : g_strndup(seen, seen_len - inside_len);
}

static bool
subtract_into(const char *seen, const char *inside, char **ret)
{
    if (!seen)
        return true;
    *ret = inside ? subtract(seen, inside) : NULL;
    return *ret != NULL;
}

bool
cgroup_paths_subtract(const CgroupPaths *seen, const CgroupPaths *inside, CgroupPaths *ret)
{
    g_auto(CgroupPaths) paths = {0};

    for (size_t i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (!subtract_into(seen->v1[i], inside->v1[i], &paths.v1[i]))
            return false;
    if (!subtract_into(seen->unified, inside->unified, &paths.unified))
        return false;
    *ret = paths;
    paths = (CgroupPaths){0};
    return true;
}

/* The length of the components that both begin with. */
static size_t
common_length(const char *a, const char *b)
{
    size_t common = 0;

    for (size_t i = 0;; i++) {
        if ((a[i] == '/' || a[i] == '\0') && (b[i] == '/' || b[i] == '\0'))
            common = i;
        if (a[i] != b[i] || a[i] == '\0')
            return common;
    }
}

/* As kernfs_path_from_node() of linux:fs/kernfs/dir.c writes it. */
static bool
is_shown(const char *root, const char *seen, const char *inside)
{
    const char *from = strcmp(root, "/") == 0 ? "" : root;
    const char *to = strcmp(seen, "/") == 0 ? "" : seen;
    size_t common = common_length(from, to);
    g_autoptr(GString) path = g_string_new(NULL);

    for (const char *p = from + common; *p; p++)
        if (*p == '/')
            g_string_append(path, "/..");
    g_string_append(path, to + common);
    return strcmp(path->len > 0 ? path->str : "/", inside) == 0;
}

static bool
is_shown_if_there(const char *root, const char *seen, const char *inside)
{
    if (!root || !seen || !inside)
        return root == seen && seen == inside;
    return is_shown(root, seen, inside);
}

bool
cgroup_paths_are_shown(const CgroupPaths *roots, const CgroupPaths *seen, const CgroupPaths *inside)
{
    for (size_t i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (!is_shown_if_there(roots->v1[i], seen->v1[i], inside->v1[i]))
            return false;
    return is_shown_if_there(roots->unified, seen->unified, inside->unified);
}

bool
cgroup_path_is_below(const char *path, const char *ancestor)
{
    size_t len = strlen(ancestor);

    if (strcmp(ancestor, "/") == 0)
        return path[0] == '/';
    return strncmp(path, ancestor, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

bool
cgroup_paths_are_below(const CgroupPaths *paths, const char *ancestor)
{
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        if (paths->v1[i] && !cgroup_path_is_below(paths->v1[i], ancestor))
            return false;
    return !paths->unified || cgroup_path_is_below(paths->unified, ancestor);
}
