/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What of /proc and /sys a container must not see, or not write: docker's lists
 * (moby: oci/defaults.go). */

#include "launcher/container.h"

#include "launcher/launch_error.h"
#include "launcher/mounts.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

static const char *const masked_in_proc[] = {
    "acpi",          "asound",     "interrupts",  "kcore",       "keys",
    "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi",
};
static const char *const masked_in_sys[] = {"firmware", "devices/virtual/powercap"};
static const char *const read_only_in_proc[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};

/* What covers a masked path: /dev/null or an empty directory, cloned for every use but the first of
 * the directory: only what is attached can be cloned before Linux 6.15. */
typedef struct {
    int null_fd;
    int empty_fd; /* -1 until it is used */
} Masks;

/* *ret is -1 if this kernel has no such path.  Any other reason not to find it is a failure: what
 * cannot be covered would be seen. */
static bool
find(int dirfd, const char *path, int *ret, GError **error)
{
    struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};

    *ret = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
    if (*ret >= 0 || errno == ENOENT)
        return true;
    launch_error_set_errno(error, errno, "cannot look at %s", path);
    return false;
}

static int
cover_for(Masks *masks, bool directory, GError **error)
{
    if (!directory)
        return mounts_clone(masks->null_fd, "", false, error);
    if (masks->empty_fd >= 0)
        return mounts_clone(masks->empty_fd, "", false, error);
    masks->empty_fd = mounts_new("tmpfs", "size=4k,nr_inodes=1,mode=0555",
                                 MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, error);
    return masks->empty_fd < 0 ? -1 : fcntl(masks->empty_fd, F_DUPFD_CLOEXEC, 0);
}

static bool
mask(Masks *masks, int dirfd, const char *path, GError **error)
{
    autofd target_fd = -1, mount_fd = -1;
    struct stat st;

    if (!find(dirfd, path, &target_fd, error))
        return false;
    if (target_fd < 0)
        return true;
    if (fstat(target_fd, &st) < 0) {
        launch_error_set_errno(error, errno, "cannot look at %s", path);
        return false;
    }
    mount_fd = cover_for(masks, S_ISDIR(st.st_mode), error);
    return mount_fd >= 0 && mounts_attach(mount_fd, target_fd, path, error);
}

static bool
make_read_only(int dirfd, const char *path, GError **error)
{
    autofd target_fd = -1, mount_fd = -1;

    if (!find(dirfd, path, &target_fd, error))
        return false;
    if (target_fd < 0)
        return true;
    mount_fd = mounts_clone(target_fd, "", true, error);
    return mount_fd >= 0 &&
           mounts_set(mount_fd, MOUNTS_HARMLESS | MOUNT_ATTR_RDONLY, true, error) &&
           mounts_attach(mount_fd, target_fd, path, error);
}

/* /dev is our own, and still nothing is assumed: what covers a secret must be the null device. */
static bool
open_null(int dev_fd, int *ret, GError **error)
{
    struct stat st;

    *ret = openat(dev_fd, "null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (*ret >= 0 && fstat(*ret, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
        return true;
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "/dev/null is not the null device");
    return false;
}

static bool
mask_all(Container *container, Masks *masks, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(masked_in_proc); i++)
        if (!mask(masks, container->proc_fd, masked_in_proc[i], error))
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(masked_in_sys); i++)
        if (!mask(masks, container->sysfs_fd, masked_in_sys[i], error))
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(read_only_in_proc); i++)
        if (!make_read_only(container->proc_fd, read_only_in_proc[i], error))
            return false;
    return true;
}

bool
proc_mask(Container *container, GError **error)
{
    Masks masks = {-1, -1};
    bool done =
        open_null(container->dev_fd, &masks.null_fd, error) && mask_all(container, &masks, error);

    fd_clear(&masks.null_fd);
    fd_clear(&masks.empty_fd);
    return done;
}
