/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The change of root. */

#include "common/fd.h"
#include "common/io.h"
#include "common/lines.h"
#include "launcher/launch_error.h"
#include "launcher/rootfs.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool
is_full_view(Span type)
{
    return span_equals(type, "proc") || span_equals(type, "sysfs");
}

/* The mount point of a line of mountinfo (proc(5)) if it is procfs or sysfs; NULL otherwise. */
static char *
full_view_mount_point(Span line)
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
    if (!span_next_word(&line, &word) || !is_full_view(word))
        return NULL;
    escaped = span_dup(mount_point);
    return g_strcompress(escaped);
}

/* A chroot leaves the old root's mounts in this mount namespace, and while a full procfs or sysfs
 * is among them the kernel lets a user namespace mount another (fs/namespace.c,
 * mount_too_revealing): so those go first.  They are this namespace's own copies. */
static bool
drop_full_views(GError **error)
{
    size_t len;
    g_autofree char *text = io_read_at(AT_FDCWD, "/proc/self/mountinfo", &len, error);
    g_autoptr(GPtrArray) mount_points = g_ptr_array_new_with_free_func(g_free);
    LineIter lines;
    Span line;

    if (!text)
        return false;
    lines = lines_of(text, len);
    while (lines_next(&lines, &line)) {
        char *mount_point = full_view_mount_point(line);

        if (mount_point)
            g_ptr_array_add(mount_points, mount_point);
    }
    for (guint i = mount_points->len; i-- > 0;)
        /* One that lies in a tree already detached is gone: nothing to complain about. */
        (void)umount2(mount_points->pdata[i], MNT_DETACH | UMOUNT_NOFOLLOW);
    return true;
}

/* On an initramfs the root has no parent mount, which pivot_root(2) answers with EINVAL. */
static bool
enter_by_chroot(int root_fd, GError **error)
{
    if (chdir("/") < 0 || !drop_full_views(error))
        return false;
    if (fchdir(root_fd) == 0 && chroot(".") == 0 && chdir("/") == 0)
        return true;
    launch_error_set_errno(error, errno, "cannot change the root");
    return false;
}

bool
rootfs_enter(int root_fd, GError **error)
{
    if (fchdir(root_fd) < 0) {
        launch_error_set_errno(error, errno, "cannot enter the new root");
        return false;
    }
    /* pivot_root(2): "." for both puts the old root on top of the new one, to be detached there. */
    if (syscall(SYS_pivot_root, ".", ".") < 0) {
        if (errno == EINVAL)
            return enter_by_chroot(root_fd, error);
        launch_error_set_errno(error, errno, "pivot_root failed");
        return false;
    }
    if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0) {
        launch_error_set_errno(error, errno, "cannot let go of the old root");
        return false;
    }
    return true;
}
