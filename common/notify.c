/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/notify.h"

#include "common/error.h"
#include "common/fd.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

bool
notify_send(const char *state, GError **error)
{
    const char *path = g_getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = path ? strlen(path) : 0;
    autofd fd = -1;

    if (len == 0)
        return true;
    if ((path[0] != '/' && path[0] != '@') || len >= sizeof address.sun_path) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED,
                    "NOTIFY_SOCKET is not an address: '%s'", path);
        return false;
    }
    memcpy(address.sun_path, path, len);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; /* the abstract namespace (unix(7)) */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
                         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0) {
        read_error_set_errno(error, errno, "cannot notify %s", path);
        return false;
    }
    return true;
}
