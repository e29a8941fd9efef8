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

/* One packet: the names, each with its NUL, after an empty one that makes it longer than nothing.
 */
bool
sync_send_list(int fd, const GPtrArray *list, GError **error)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();

    g_byte_array_append(packet, (const guint8 *)"", 1);
    for (guint i = 0; list && i < list->len; i++)
        g_byte_array_append(packet, list->pdata[i], (guint)strlen(list->pdata[i]) + 1);
    if (send(fd, packet->data, packet->len, MSG_NOSIGNAL) == (ssize_t)packet->len || errno == EPIPE)
        return true;
    launch_error_set_errno(error, errno, "cannot speak to the container's first process");
    return false;
}

char **
sync_await_list(int fd, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    ssize_t len = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC);
    g_autofree char *packet = len > 0 ? g_malloc((gsize)len) : NULL;

    if (!packet || recv(fd, packet, (size_t)len, 0) != len || packet[len - 1] != '\0') {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "the launcher is gone");
        return NULL;
    }
    for (const char *name = packet + 1; name < packet + len; name += strlen(name) + 1)
        g_ptr_array_add(list, g_strdup(name));
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
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
                    strerror(message->errsv));
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
