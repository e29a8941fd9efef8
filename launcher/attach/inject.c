/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/inject.h"

#include "common/fd.h"
#include "launcher/attach/mount_tree.h"
#include "launcher/bind_list.h"
#include "launcher/in_child.h"
#include "launcher/launch_error.h"
#include "launcher/mounts.h"
#include "launcher/own_mounts.h"
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

/* What has come of it. */
typedef struct {
    InjectCounts counts;
    GString *left;
} Result;

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

/* Whoever brings a /proc of his own has another idea of what there is to see. */
static bool
check_proc(const Inject *what, GError **error)
{
    autofd fd = place_open(what->place, "proc/.");

    return fd < 0 || is_kernels(fd, "proc/") || refuse("proc", "is not the kernel's", error);
}

static bool
is_present(const Inject *what, int fd)
{
    g_autofree char *device = NULL;
    uint64_t id;

    return place_mount_of(fd, &id, &device) &&
           g_strv_contains((const char *const *)what->devices, device);
}

static bool
has_mounts_below(const Inject *what, const char *file)
{
    g_autofree char *point = g_strdup_printf("%s/%s", what->root, file);

    return mount_tree_has_below(what->mounts, point, what->devices);
}

/* Opens what @item goes over.  Its target_fd stays -1 if there is nothing to do. */
static bool
open_target(const Inject *what, Item *item, Result *result, GError **error)
{
    autofd fd = place_open(what->place, item->file);

    if (fd < 0 && errno == ENOENT) {
        result->counts.absent++;
        return true;
    }
    if (fd < 0 && errno == ELOOP)
        return refuse(item->file, "is behind a symbolic link: refused", error);
    if (fd < 0) {
        launch_error_set_errno(error, errno, "cannot open /%s there", item->file);
        return false;
    }
    if (is_present(what, fd)) {
        result->counts.present++;
    } else if (is_kernels(fd, item->file) && !has_mounts_below(what, item->file)) {
        item->target_fd = fd_steal(&fd);
    } else if (errno == ENOTCONN) {
        return refuse(item->file,
                      "is covered by a file system whose server is gone: see ownproc repair",
                      error);
    } else {
        result->counts.left++;
        own_mounts_list(result->left, item->file);
    }
    return true;
}

static bool
open_targets(const Inject *what, GPtrArray *items, Result *result, GError **error)
{
    const char *directory = NULL;

    if (!check_proc(what, error))
        return false;
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
        if (!open_target(what, item, result, error))
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
    g_autoptr(GString) left = g_string_new(NULL);
    Result result = {.left = left};

    if (!place_prepare(what->place, error) || !open_targets(what, items, &result, error) ||
        !prepare_all(items, error) || !attach_all(what->place, items, &result.counts, error))
        return false;
    g_string_append_len(ret, (const char *)&result.counts, sizeof(result.counts));
    g_string_append_len(ret, left->str, (gssize)left->len);
    return true;
}

bool
inject_files(const Inject *what, InjectCounts *ret, char **ret_left, GError **error)
{
    g_autoptr(GString) said = in_child(&(InChild){work, (void *)what, PATIENCE_SEC}, error);

    if (!said)
        return false;
    memcpy(ret, said->str, MIN(sizeof(*ret), said->len));
    *ret_left = g_strdup(said->len > sizeof(*ret) ? said->str + sizeof(*ret) : "");
    return true;
}
