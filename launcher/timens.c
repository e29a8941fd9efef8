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
timens_unshare(GError **error)
{
    g_autofree char *offset = NULL;
    struct timespec now;

    if (unshare(CLONE_NEWTIME) < 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0) {
        launch_error_set_errno(error, errno, "unshare");
        return false;
    }
    /* time_namespaces(7): nanoseconds are never negative, so -5.3 s is "-6 700000000".  Only the
     * boot clock: programs measure with the monotonic one, and nobody shows it. */
    offset = now.tv_nsec == 0 ? g_strdup_printf("boottime %ld 0", -(long)now.tv_sec)
                              : g_strdup_printf("boottime %ld %ld", -(long)now.tv_sec - 1,
                                                NSEC_PER_SEC - now.tv_nsec);
    return io_write_at(AT_FDCWD, "/proc/self/timens_offsets", offset, error);
}
