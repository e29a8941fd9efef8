/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/mount_tree.h"

#include "common/mount_line.h"

#include <errno.h>
#include <string.h>

static void
mount_free(gpointer data)
{
    TreeMount *mount = data;

    g_free(mount->device);
    g_free(mount->root);
    g_free(mount->point);
    g_free(mount->shared);
    g_free(mount->type);
    g_free(mount);
}

GPtrArray *
mount_tree_parse(const char *text, size_t len)
{
    GPtrArray *mounts = g_ptr_array_new_with_free_func(mount_free);
    LineIter lines = lines_of(text, len);
    uint64_t id, parent;
    MountLine line;
    Span span;

    while (lines_next(&lines, &span)) {
        TreeMount *mount;

        if (!mount_line_parse(span, &line) || !span_number(line.id, &id, NULL) ||
            !span_number(line.parent, &parent, NULL))
            continue;
        mount = g_new0(TreeMount, 1);
        mount->id = id;
        mount->parent = parent;
        mount->device = span_dup(line.device);
        mount->root = mount_line_path(line.root);
        mount->point = mount_line_path(line.point);
        mount->shared = span_dup(line.shared);
        mount->type = span_dup(line.type);
        g_ptr_array_add(mounts, mount);
    }
    return mounts;
}

const TreeMount *
mount_tree_find(const GPtrArray *mounts, uint64_t id)
{
    for (guint i = 0; i < mounts->len; i++) {
        const TreeMount *mount = mounts->pdata[i];

        if (mount->id == id)
            return mount;
    }
    return NULL;
}

/* Directories that procfs keeps empty for others to be mounted on; these hide nothing. */
static bool
is_over_nothing(const TreeMount *child, const TreeMount *procfs)
{
    static const char *const empty[] = {"/sys/fs/binfmt_misc", "/fs/nfsd"};

    for (size_t i = 0; i < G_N_ELEMENTS(empty); i++)
        if (g_str_has_prefix(child->point, procfs->point) &&
            g_str_equal(child->point + strlen(procfs->point), empty[i]))
            return true;
    return false;
}

static bool
can_be_seen_whole(const GPtrArray *mounts, const TreeMount *procfs)
{
    if (!g_str_equal(procfs->type, "proc") || !g_str_equal(procfs->root, "/"))
        return false;
    for (guint i = 0; i < mounts->len; i++) {
        const TreeMount *child = mounts->pdata[i];

        if (child->parent == procfs->id && child != procfs && !is_over_nothing(child, procfs))
            return false;
    }
    return true;
}

bool
mount_tree_is_unmasked(const GPtrArray *mounts)
{
    bool unmasked = false;

    for (guint i = 0; i < mounts->len; i++) {
        const TreeMount *mount = mounts->pdata[i];

        if (!can_be_seen_whole(mounts, mount))
            continue;
        if (!g_str_equal(mount->point, "/proc"))
            return false; /* that one stays as it is */
        unmasked = true;
    }
    return unmasked;
}

static bool
has_peer(const TreeMount *mount, const GPtrArray *others)
{
    for (guint i = 0; i < others->len && mount->shared[0]; i++) {
        const TreeMount *other = others->pdata[i];

        if (g_str_equal(other->shared, mount->shared))
            return true;
    }
    return false;
}

bool
mount_tree_is_shared_with(const GPtrArray *container, const GPtrArray *machine)
{
    for (guint i = 0; i < container->len; i++) {
        const TreeMount *mount = container->pdata[i];

        if ((g_str_equal(mount->type, "proc") || g_str_equal(mount->type, "sysfs")) &&
            has_peer(mount, machine))
            return true;
    }
    return false;
}

bool
mount_tree_has_below(const GPtrArray *mounts, const char *point, char **devices)
{
    g_autofree char *below = g_strdup_printf("%s/", point);

    for (guint i = 0; i < mounts->len; i++) {
        const TreeMount *mount = mounts->pdata[i];

        if (g_str_has_prefix(mount->point, below) &&
            !g_strv_contains((const char *const *)devices, mount->device))
            return true;
    }
    return false;
}

bool
mount_tree_is_over_kernel_file(const TreeMount *mount)
{
    return g_str_has_prefix(mount->point, "/proc/") || g_str_has_prefix(mount->point, "/sys/");
}

bool
mount_tree_is_served(const TreeMount *mount)
{
    return mount_tree_is_over_kernel_file(mount) && (g_str_equal(mount->type, MOUNT_LINE_OWNPROC) ||
                                                     g_str_equal(mount->type, MOUNT_LINE_LXCFS));
}

bool
mount_tree_is_dead(const TreeMount *mount, int errsv)
{
    return errsv == ENOTCONN || errsv == ECONNABORTED ||
           (errsv == ESTALE && g_str_equal(mount->type, MOUNT_LINE_OWNPROC));
}

/* "/web/proc/meminfo"; in the ordinary tree it is "/proc/meminfo". */
char *
mount_tree_bound_id(const TreeMount *mount)
{
    g_auto(GStrv) parts = g_strsplit(mount->root, "/", 3);

    if (!g_str_equal(mount->type, MOUNT_LINE_OWNPROC) || !mount_tree_is_over_kernel_file(mount) ||
        g_strv_length(parts) < 3 || g_str_equal(parts[1], "proc") || g_str_equal(parts[1], "sys"))
        return NULL;
    return g_strdup(parts[1]);
}
