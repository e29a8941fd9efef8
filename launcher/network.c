/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A new network namespace has only a loopback device, and that is down. */

#include "launcher/container.h"

#include "launcher/launch_error.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

bool
network_lo_up(Container *container, GError **error)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    autofd fd = -1;

    if (!(container->plan->namespaces & CLONE_NEWNET))
        return true;
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0)
        return true;
    launch_error_set_errno(error, errno, "lo");
    return false;
}
