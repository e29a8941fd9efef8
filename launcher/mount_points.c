/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/mount_points.h"

#include "common/io.h"
#include "common/lines.h"

#include <fcntl.h>

static bool
is_one_of(Span type, const char *const *types)
{
    for (; *types; types++)
        if (span_equals(type, *types))
            return true;
    return false;
}

/* The mount point of a line of mountinfo (proc(5)) if its type is wanted; NULL otherwise. */
static char *
wanted_mount_point(Span line, const char *const *types)
{
    Span word, mount_point;
    g_autofree char *escaped = NULL;

    for (int i = 0; i < 4; i++) /* mount ID, parent ID, major:minor, root */
        if (!span_next_word(&line, &word))
            return NULL;
    if (!span_next_word(&line, &mount_point))
        return NULL;
    do /* mount options and optional fields end in "-" */
        if (!span_next_word(&line, &word))
            return NULL;
    while (!span_equals(word, "-"));
    if (!span_next_word(&line, &word) || !is_one_of(word, types))
        return NULL;
    escaped = span_dup(mount_point);
    return g_strcompress(escaped);
}

GPtrArray *
mount_points_of(const char *const *types, GError **error)
{
    size_t len;
    g_autofree char *text = io_read_at(AT_FDCWD, "/proc/self/mountinfo", &len, error);
    g_autoptr(GPtrArray) mount_points = g_ptr_array_new_with_free_func(g_free);
    LineIter lines;
    Span line;

    if (!text)
        return NULL;
    lines = lines_of(text, len);
    while (lines_next(&lines, &line)) {
        char *mount_point = wanted_mount_point(line, types);

        if (mount_point)
            g_ptr_array_add(mount_points, mount_point);
    }
    return g_steal_pointer(&mount_points);
}
