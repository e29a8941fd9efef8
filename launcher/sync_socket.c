/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/sync_socket.h"

#include "launcher/launch_error.h"
#include "launcher/sync.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool
sync_open(int ret_fds[2], GError **error)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_fds) == 0)
        return true;
    launch_error_set_errno(error, errno, "socketpair");
    return false;
}

void
sync_send(int fd, const GError *failure)
{
    SyncMessage message = {.code = (uint32_t)launch_error_exit_code(failure)};

    g_strlcpy(message.text, failure->message, sizeof(message.text));
    (void)send(fd, &message, sizeof(message), MSG_NOSIGNAL);
}

static void
set_error(const SyncMessage *message, const char *command, GError **error)
{
    if (message->errsv == 0)
        g_set_error_literal(error, LAUNCH_ERROR, (int)message->code, message->text);
    else
        g_set_error(error, LAUNCH_ERROR, (int)message->code, "cannot execute %s: %s", command,
                    g_strerror(message->errsv));
}

bool
sync_wait(int fd, const char *command, GError **error)
{
    SyncMessage message = {0};
    ssize_t n;

    do
        n = recv(fd, &message, sizeof(message), 0);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        return true;
    if (n < (ssize_t)offsetof(SyncMessage, text)) {
        launch_error_set_errno(error, n < 0 ? errno : EPROTO, "the container's first process");
        return false;
    }
    message.text[SYNC_TEXT_MAX - 1] = '\0';
    set_error(&message, command, error);
    return false;
}
