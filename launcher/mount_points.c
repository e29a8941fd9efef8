/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/mount_points.h"

#include "common/io.h"
#include "common/mount_line.h"

#include <fcntl.h>

static bool
is_one_of(Span type, const char *const *types)
{
    for (; *types; types++)
        if (span_equals(type, *types))
            return true;
    return false;
}

GPtrArray *
mount_points_of(const char *const *types, GError **error)
{
    size_t len;
    g_autofree char *text = io_read_at(AT_FDCWD, "/proc/self/mountinfo", &len, error);
    g_autoptr(GPtrArray) mount_points = g_ptr_array_new_with_free_func(g_free);
    MountLine mount;
    LineIter lines;
    Span line;

    if (!text)
        return NULL;
    lines = lines_of(text, len);
    while (lines_next(&lines, &line))
        if (mount_line_parse(line, &mount) && is_one_of(mount.type, types))
            g_ptr_array_add(mount_points, mount_line_path(mount.point));
    return g_steal_pointer(&mount_points);
}
