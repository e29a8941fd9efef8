/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/attach/place.h"

#include "common/fd.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define NUMBER_SIZE 16 /* an int and its end */

void
place_clear(Place *place)
{
    fd_clear(&place->root_fd);
    fd_clear(&place->mnt_fd);
    fd_clear(&place->cgroup_fd);
    fd_clear(&place->home_fd);
    fd_clear(&place->self_fd);
}

bool
place_prepare(Place *place, GError **error)
{
    place->home_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    place->self_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place->home_fd < 0 || place->self_fd < 0) {
        launch_error_set_errno(error, errno, "cannot open /proc/self");
        return false;
    }
    if (place->cgroup_fd >= 0)
        (void)setns(place->cgroup_fd, CLONE_NEWCGROUP); /* else it gets the caller's node, which
                                                           shows it its own numbers as well */
    return true;
}

static bool
go(int mnt_fd, GError **error)
{
    if (setns(mnt_fd, CLONE_NEWNS) == 0)
        return true;
    launch_error_set_errno(error, errno, "cannot enter the mount namespace");
    return false;
}

bool
place_enter(const Place *place, GError **error)
{
    return place->mnt_fd < 0 || go(place->mnt_fd, error);
}

bool
place_leave(const Place *place, GError **error)
{
    return place->mnt_fd < 0 || go(place->home_fd, error);
}

int
place_open(const Place *place, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
                           .resolve =
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, place->root_fd, path, &how, sizeof(how));
}

int
place_unmount(const Place *place, int fd)
{
    char name[NUMBER_SIZE];

    (void)snprintf(name, sizeof(name), "%d", fd);
    if (fchdir(place->self_fd) < 0 || umount2(name, MNT_DETACH) < 0)
        return errno;
    return 0;
}

int
place_probe(const Place *place, int fd)
{
    char name[NUMBER_SIZE], byte;
    struct statx type;
    struct stat st;
    autofd reading = -1;

    /* To open a device is a deed (a watchdog starts).  As the kernel remembers it: what somebody is
     * does not change, and a dead server could not tell. */
    if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &type) < 0)
        return errno;
    if (!S_ISREG(type.stx_mode) && !S_ISDIR(type.stx_mode))
        return 0;
    (void)snprintf(name, sizeof(name), "%d", fd);
    reading = openat(place->self_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (reading < 0 || fstat(reading, &st) < 0)
        return errno;
    return S_ISREG(st.st_mode) && read(reading, &byte, 1) < 0 ? errno : 0;
}

bool
place_mount_of(int fd, uint64_t *ret_id, char **ret_device)
{
    struct statx st;

    if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) < 0)
        return false;
    *ret_id = st.stx_mnt_id;
    if (ret_device)
        *ret_device = g_strdup_printf("%u:%u", st.stx_dev_major, st.stx_dev_minor);
    return (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}
