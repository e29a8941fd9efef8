/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/eject.h"

#include "common/fd.h"
#include "common/mount_line.h"
#include "launcher/attach/mount_tree.h"
#include "launcher/in_child.h"
#include "launcher/launch_error.h"

#include <string.h>

#define PATIENCE_SEC 5

static bool
is_candidate(const Eject *what, const TreeMount *mount)
{
    return mount_tree_is_served(mount) &&
           (what->what != EJECT_OURS || g_str_equal(mount->type, MOUNT_LINE_OWNPROC));
}

/* Whether the mount whose root @fd is is to go. */
static bool
is_to_go(const Eject *what, int fd)
{
    const TreeMount *mount;
    uint64_t id;

    if (!place_mount_of(fd, &id, NULL))
        return false;
    mount = mount_tree_find(what->mounts, id);
    if (!mount || !is_candidate(what, mount))
        return false;
    if (what->what == EJECT_OURS &&
        g_strv_contains((const char *const *)what->devices, mount->device))
        return true;
    return mount_tree_is_dead(mount, place_probe(what->place, fd));
}

/* All layers at @point, the uppermost first. */
static bool
eject_at(const Eject *what, const char *point, unsigned *count, GError **error)
{
    for (;;) {
        autofd fd = place_open(what->place, point + strspn(point, "/"));
        int errsv;

        if (fd < 0 || !is_to_go(what, fd))
            return true; /* what cannot be reached covers nothing */
        (*count)++;
        if (what->what == EJECT_LOOK)
            return true;
        errsv = place_unmount(what->place, fd);
        if (errsv != 0) {
            launch_error_set_errno(error, errsv, "cannot unmount %s there", point);
            return false;
        }
    }
}

static bool
work(void *data, GString *ret, GError **error)
{
    const Eject *what = data;
    unsigned count = 0;

    if (!place_prepare(what->place, error) || !place_enter(what->place, error))
        return false;
    for (guint i = what->mounts->len; i-- > 0;) {
        const TreeMount *mount = what->mounts->pdata[i];

        if (is_candidate(what, mount) && !eject_at(what, mount->point, &count, error))
            return false;
    }
    g_string_append_len(ret, (const char *)&count, sizeof(count));
    return true;
}

bool
eject_files(const Eject *what, unsigned *ret_count, GError **error)
{
    g_autoptr(GString) said = in_child(&(InChild){work, (void *)what, PATIENCE_SEC}, error);

    if (!said)
        return false;
    memcpy(ret_count, said->str, MIN(sizeof(*ret_count), said->len));
    return true;
}
