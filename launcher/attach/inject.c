/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/inject.h"

#include "common/fd.h"
#include "launcher/bind_list.h"
#include "launcher/in_child.h"
#include "launcher/launch_error.h"
#include "launcher/mounts.h"
#include "launcher/tree_position.h"

#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#define PATIENCE_SEC 5

/* A file on its way. */
typedef struct {
    const char *directory, *file; /* of the list */
    int target_fd;                /* what it goes over */
    int mount_fd;
    bool attached;
} Item;

static void
item_free(gpointer data)
{
    Item *item = data;

    fd_clear(&item->target_fd);
    fd_clear(&item->mount_fd);
    g_free(item);
}

static bool
is_kernels(int fd, const char *file)
{
    const long wanted = g_str_has_prefix(file, "proc/") ? PROC_SUPER_MAGIC : SYSFS_MAGIC;
    struct statfs fs;

    errno = 0;
    return fstatfs(fd, &fs) == 0 && fs.f_type == wanted;
}

static bool
refuse(const char *file, const char *why, GError **error)
{
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "/%s %s", file, why);
    return false;
}

/* Opens what @item goes over.  Its target_fd stays -1 if there is nothing to do. */
static bool
open_target(const Inject *what, Item *item, InjectCounts *counts, GError **error)
{
    autofd fd = place_open(what->place, item->file);
    g_autofree char *device = NULL;
    uint64_t id;

    if (fd < 0 && errno == ENOENT) {
        counts->absent++;
        return true;
    }
    if (fd < 0 && errno == ELOOP)
        return refuse(item->file, "is behind a symbolic link: refused", error);
    if (fd < 0) {
        launch_error_set_errno(error, errno, "cannot open /%s there", item->file);
        return false;
    }
    if (place_mount_of(fd, &id, &device) &&
        g_strv_contains((const char *const *)what->devices, device)) {
        counts->present++;
        return true;
    }
    if (!is_kernels(fd, item->file))
        return refuse(item->file,
                      errno == ENOTCONN
                          ? "is covered by a file system whose server is gone: see ownproc repair"
                          : "is not the kernel's, something else is mounted there: refused",
                      error);
    item->target_fd = fd_steal(&fd);
    return true;
}

static bool
open_targets(const Inject *what, GPtrArray *items, InjectCounts *counts, GError **error)
{
    const char *directory = NULL;

    for (guint i = 0; i < what->list->len; i++) {
        const char *entry = what->list->pdata[i];
        Item *item;

        if (bind_list_is_directory(entry)) {
            directory = entry;
            continue;
        }
        item = g_new(Item, 1);
        *item = (Item){.directory = directory, .file = entry, .target_fd = -1, .mount_fd = -1};
        g_ptr_array_add(items, item);
        if (!open_target(what, item, counts, error))
            return false;
        if (item->target_fd < 0)
            g_ptr_array_set_size(items, (gint)items->len - 1);
    }
    return true;
}

/* Clones its mount, at home: from elsewhere the daemon's tree cannot be cloned. */
static bool
prepare(Item *item, TreePosition *at, GError **error)
{
    const char *name = tree_position_move(at, item->file, error);

    fd_clear(&item->mount_fd);
    item->mount_fd = name ? mounts_clone(at->dir_fd, name, false, error) : -1;
    return item->mount_fd >= 0 &&
           mounts_set(item->mount_fd, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, false, error);
}

static bool
prepare_all(const GPtrArray *items, GError **error)
{
    g_auto(TreePosition) at = TREE_POSITION_NULL;
    const char *directory = NULL;

    for (guint i = 0; i < items->len; i++) {
        Item *item = items->pdata[i];

        if (item->directory != directory && !tree_position_enter(&at, item->directory, error))
            return false;
        directory = item->directory;
        if (!prepare(item, &at, error))
            return false;
    }
    return true;
}

static bool
prepare_again(const Place *place, Item *item, GError **error)
{
    g_auto(TreePosition) at = TREE_POSITION_NULL;

    return place_leave(place, error) && tree_position_enter(&at, item->directory, error) &&
           prepare(item, &at, error) && place_enter(place, error);
}

/* As in proc_files.c: ENOENT is a node that another look-up has taken out of its directory. */
#define ATTEMPTS 100

static bool
attach(const Place *place, Item *item, GError **error)
{
    int errsv = mounts_try_attach(item->mount_fd, item->target_fd);

    for (int i = 1; i < ATTEMPTS && errsv == ENOENT; i++) {
        if (!prepare_again(place, item, error))
            return false;
        errsv = mounts_try_attach(item->mount_fd, item->target_fd);
    }
    item->attached = errsv == 0;
    if (errsv != 0)
        launch_error_set_errno(error, errsv, "cannot mount on /%s", item->file);
    return item->attached;
}

/* Takes out again what was put in. */
static void
undo(const Place *place, const GPtrArray *items)
{
    for (guint i = items->len; i-- > 0;) {
        const Item *item = items->pdata[i];

        if (item->attached)
            (void)place_unmount(place, item->mount_fd); /* the namespace is gone, or it is */
    }
}

static bool
attach_all(const Place *place, const GPtrArray *items, InjectCounts *counts, GError **error)
{
    if (!place_enter(place, error))
        return false;
    for (guint i = 0; i < items->len; i++) {
        if (!attach(place, items->pdata[i], error)) {
            undo(place, items);
            return false;
        }
        counts->injected++;
    }
    return true;
}

static bool
work(void *data, GString *ret, GError **error)
{
    const Inject *what = data;
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(item_free);
    InjectCounts counts = {0};

    if (!place_prepare(what->place, error) || !open_targets(what, items, &counts, error) ||
        !prepare_all(items, error) || !attach_all(what->place, items, &counts, error))
        return false;
    g_string_append_len(ret, (const char *)&counts, sizeof(counts));
    return true;
}

bool
inject_files(const Inject *what, InjectCounts *ret, GError **error)
{
    g_autoptr(GString) said = in_child(&(InChild){work, (void *)what, PATIENCE_SEC}, error);

    if (!said)
        return false;
    memcpy(ret, said->str, MIN(sizeof(*ret), said->len));
    return true;
}
