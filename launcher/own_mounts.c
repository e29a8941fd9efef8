/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/own_mounts.h"

#include <string.h>

OwnMounts *
own_mounts_new(void)
{
    OwnMounts *mounts = g_new0(OwnMounts, 1);

    mounts->points = g_ptr_array_new_with_free_func(g_free);
    return mounts;
}

void
own_mounts_free(OwnMounts *mounts)
{
    if (!mounts)
        return;
    g_ptr_array_unref(mounts->points);
    g_free(mounts);
}

static char *
point_of(const char *destination)
{
    while (*destination == '/') /* two of them would be kept */
        destination++;
    return g_canonicalize_filename(*destination ? destination : ".", "/");
}

void
own_mounts_add(OwnMounts *mounts, const char *destination, const char *type, const char *source)
{
    g_autofree char *point = destination ? point_of(destination) : NULL;
    bool kernels;

    if (g_strcmp0(point, "/proc") == 0) {
        mounts->proc = g_strcmp0(type, "proc") == 0 ? OWN_MOUNTS_KERNELS : OWN_MOUNTS_OTHER;
    } else if (g_strcmp0(point, "/sys") == 0) {
        kernels = g_strcmp0(type, "sysfs") == 0 || g_strcmp0(source, "/sys") == 0;
        mounts->sys = kernels ? OWN_MOUNTS_KERNELS : OWN_MOUNTS_OTHER;
    } else if (point && strcmp(point, "/") != 0) {
        g_ptr_array_add(mounts->points, g_steal_pointer(&point));
    }
}

/* True if @path is @above or below it. */
static bool
is_below(const char *path, const char *above)
{
    size_t len = strlen(above);

    return strncmp(path, above, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* Who is told of a /proc is told of a /sys, if there is one. */
static bool
has_other_sys(const OwnMounts *mounts)
{
    return mounts->sys == OWN_MOUNTS_OTHER ||
           (mounts->sys == OWN_MOUNTS_NONE && mounts->proc != OWN_MOUNTS_NONE);
}

bool
own_mounts_cover(const OwnMounts *mounts, const char *file)
{
    g_autofree char *point = g_strdup_printf("/%s", file);

    if (g_str_has_prefix(file, "sys/") && has_other_sys(mounts))
        return true;
    if (g_str_has_prefix(file, "proc/") && mounts->proc == OWN_MOUNTS_OTHER)
        return true;
    for (guint i = 0; i < mounts->points->len; i++) {
        const char *other = mounts->points->pdata[i];

        if (is_below(other, point) || is_below(point, other))
            return true;
    }
    return false;
}

void
own_mounts_list(GString *list, const char *file)
{
    g_string_append_printf(list, "%s/%s", list->len ? ", " : "", file);
}
