/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/cgroup_name.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define SLICE ".slice"

/* "a-b-c.slice" is in "a-b.slice", which is in "a.slice" (systemd.slice(5)). */
static bool
append_slice(GString *path, const char *slice)
{
    size_t stem = strlen(slice);

    if (strcmp(slice, "-" SLICE) == 0)
        return true;
    if (!g_str_has_suffix(slice, SLICE) || strchr(slice, '/') || slice[0] == '-' ||
        strstr(slice, "--") || strstr(slice, "-" SLICE))
        return false;
    stem -= strlen(SLICE);
    if (stem == 0)
        return false;
    for (size_t i = 1; i <= stem; i++)
        if (slice[i] == '-' || i == stem)
            g_string_append_printf(path, "/%.*s" SLICE, (int)i, slice);
    return true;
}

static char *
systemd_path(char *const *parts)
{
    g_autoptr(GString) path = g_string_new(NULL);
    const char *slice = parts[0][0] ? parts[0] : "system" SLICE;

    if (!append_slice(path, slice) || !parts[2][0] || strchr(parts[1], '/') ||
        strchr(parts[2], '/'))
        return NULL;
    if (g_str_has_suffix(parts[2], SLICE))
        g_string_append_printf(path, "/%s", parts[2]);
    else
        g_string_append_printf(path, "/%s%s%s.scope", parts[1], parts[1][0] ? "-" : "", parts[2]);
    return g_strdup(path->str);
}

static bool
is_plain(const char *path)
{
    size_t len = strlen(path);

    return len > 1 && path[len - 1] != '/' && !strstr(path, "//") && !strstr(path, "/./") &&
           !strstr(path, "/../") && !g_str_has_suffix(path, "/..") && !g_str_has_suffix(path, "/.");
}

char *
cgroup_name_path(const char *cgroups_path)
{
    g_auto(GStrv) parts = NULL;

    if (cgroups_path[0] == '/')
        return is_plain(cgroups_path) ? g_strdup(cgroups_path) : NULL;
    parts = g_strsplit(cgroups_path, ":", 0);
    return g_strv_length(parts) == 3 ? systemd_path(parts) : NULL;
}
