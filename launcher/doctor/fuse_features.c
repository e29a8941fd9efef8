/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/doctor/fuse_features.h"

#include "common/fd.h"
#include "launcher/launch_error.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <string.h>
#include <sys/mount.h>

#define BUFFER_SIZE (64u << 10) /* the kernel refuses less than FUSE_MIN_READ_BUFFER */

/* A superblock that is mounted nowhere; making it sends FUSE_INIT. */
static int
make_superblock(int device_fd)
{
    g_autofree char *number = g_strdup_printf("%d", device_fd);
    autofd fd = fsopen("fuse", FSOPEN_CLOEXEC);

    if (fd < 0 || fsconfig(fd, FSCONFIG_SET_STRING, "source", "ownproc-doctor", 0) < 0 ||
        fsconfig(fd, FSCONFIG_SET_STRING, "fd", number, 0) < 0 ||
        fsconfig(fd, FSCONFIG_SET_STRING, "rootmode", "40000", 0) < 0 ||
        fsconfig(fd, FSCONFIG_SET_STRING, "user_id", "0", 0) < 0 ||
        fsconfig(fd, FSCONFIG_SET_STRING, "group_id", "0", 0) < 0 ||
        fsconfig(fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -1;
    return fd_steal(&fd);
}

bool
fuse_features_read(uint64_t *ret, GError **error)
{
    autofd device_fd = open("/dev/fuse", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    autofd fd = device_fd < 0 ? -1 : make_superblock(device_fd);
    g_autofree char *buffer = g_malloc(BUFFER_SIZE);
    struct fuse_in_header header;
    struct fuse_init_in init = {0};
    ssize_t n;

    if (fd < 0) {
        launch_error_set_errno(error, errno, "cannot open a FUSE connection");
        return false;
    }
    n = read(device_fd, buffer, BUFFER_SIZE);
    if (n < (ssize_t)sizeof header) {
        launch_error_set_errno(error, n < 0 ? errno : EPROTO, "cannot read /dev/fuse");
        return false;
    }
    memcpy(&header, buffer, sizeof header);
    memcpy(&init, buffer + sizeof header, MIN((size_t)n - sizeof header, sizeof init));
    *ret = header.opcode == FUSE_INIT ? (uint64_t)init.flags2 << 32 | init.flags : 0;
    return true;
}
