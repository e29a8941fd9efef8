/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/timens.h"

#include "common/io.h"
#include "launcher/launch_error.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000L

bool
timens_unshare(int64_t *ret_offset, GError **error)
{
    g_autofree char *offset = NULL;
    struct timespec now;
    long sec, nsec;

    if (unshare(CLONE_NEWTIME) < 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0) {
        launch_error_set_errno(error, errno, "unshare");
        return false;
    }
    /* time_namespaces(7): nanoseconds are never negative, so -5.3 s is "-6 700000000".  Only the
     * boot clock: programs measure with the monotonic one, and nobody shows it. */
    sec = now.tv_nsec == 0 ? -(long)now.tv_sec : -(long)now.tv_sec - 1;
    nsec = now.tv_nsec == 0 ? 0 : NSEC_PER_SEC - now.tv_nsec;
    offset = g_strdup_printf("boottime %ld %ld", sec, nsec);
    *ret_offset = (int64_t)sec * G_USEC_PER_SEC + nsec / 1000;
    return io_write_at(AT_FDCWD, "/proc/self/timens_offsets", offset, error);
}
