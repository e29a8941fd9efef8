/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/seccomp.h"

#include "launcher/launch_error.h"
#include "launcher/seccomp_filter.h" /* made by seccomp_rules.c while building */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

bool
seccomp_install(GError **error)
{
    const struct sock_fprog program = {
        .len = (unsigned short)(sizeof(seccomp_filter) / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)seccomp_filter,
    };

    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 || errno == ENOSYS)
        return true;
    launch_error_set_errno(error, errno, "seccomp");
    return false;
}
