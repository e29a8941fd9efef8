/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/control/peer.h"

#include "common/fd.h"

#include <poll.h>
#include <sys/socket.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* since Linux 6.5; newer than the C library's headers */
#endif

/* Of the process that connected; -1 if this kernel cannot tell. */
static int
peer_pidfd(int fd)
{
    socklen_t len = sizeof(int);
    int pidfd;

    return getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) == 0 ? pidfd : -1;
}

static bool
has_ended(int pidfd)
{
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};

    return poll(&ended, 1, 0) != 0;
}

bool
control_peer_is_host_root(int fd, const Readers *readers)
{
    socklen_t len = sizeof(struct ucred);
    struct ucred peer;
    autofd pidfd = peer_pidfd(fd);
    bool unknown = pidfd < 0 && errno != ENOPROTOOPT; /* it is dead already, as a rule */

    if (unknown || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    /* Its number was looked at: it must not have been another's by then. */
    return reader_is_host_root(readers, peer.pid, peer.uid) && (pidfd < 0 || !has_ended(pidfd));
}
