/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/keeper_ask.h"

#include "common/fd.h"
#include "launcher/launch_error.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SOCKET "keeper.sock" /* in the daemon's run directory */
#define STATUS_SEC 5

static int
connect_to(const char *path, GError **error)
{
    autofd fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
        errno = ENAMETOOLONG;
    else if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd_steal(&fd);
    launch_error_set_errno(error, errno, "no keeper of a daemon listens at %s", path);
    return -1;
}

static bool
take_answer(const ProtocolMessage *answer, ProtocolType wanted, GError **error)
{
    if (answer->header.type == wanted)
        return true;
    if (answer->header.type == PROTOCOL_REFUSED)
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, "the keeper refuses: %.*s",
                    (int)sizeof answer->refused.text, answer->refused.text);
    else
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "the keeper says something else than it was asked for");
    return false;
}

bool
keeper_ask(const char *run_dir, const KeeperQuestion *question, ProtocolMessage *ret,
           GError **error)
{
    g_autofree char *path = g_build_filename(run_dir, SOCKET, NULL);
    autofd sock = connect_to(path, error);
    ProtocolReceived received;

    if (sock < 0)
        return false;
    /* If it has turned us away already, that is its answer. */
    (void)protocol_send_fds(sock, question->type, NULL, &question->fd, question->fd >= 0);
    if (protocol_await(sock, question->patience_sec * 1000, &received) <= 0) {
        launch_error_set_errno(error, errno, "no answer from the keeper at %s", path);
        return false;
    }
    protocol_close_fds(&received);
    *ret = received.message;
    return take_answer(ret, question->wanted, error);
}

bool
keeper_ask_status(const char *run_dir, ProtocolStatus *ret, GError **error)
{
    const KeeperQuestion question = {PROTOCOL_STATUS, PROTOCOL_STATUS_IS, -1, STATUS_SEC};
    ProtocolMessage answer;

    if (!keeper_ask(run_dir, &question, &answer, error))
        return false;
    *ret = answer.status;
    return true;
}
