/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/control.h"

#include "common/fd.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#define PATIENCE_SEC 5         /* a daemon that says nothing for so long is stuck */
#define ANSWER_MAX (16u << 20) /* bytes */

static void
set_errno(GError **error, ControlError code, int errsv, const char *path)
{
    /* Not g_strerror(), as in launch_error.c. */
    g_set_error(error, CONTROL_ERROR, code, "%s: %s", path, strerror(errsv));
}

/* What the daemon of an older version, or none, leaves there. */
static bool
nobody_listens(int errsv)
{
    return errsv == ENOENT || errsv == ENOTDIR || errsv == ECONNREFUSED;
}

bool
control_is_there(const char *run_dir)
{
    g_autofree char *path = g_build_filename(run_dir, CONTROL_SOCKET, NULL);

    return access(path, F_OK) == 0;
}

static int
connect_to(const char *path, GError **error)
{
    autofd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = PATIENCE_SEC};
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >= sizeof(address.sun_path)) {
        set_errno(error, CONTROL_ERROR_ABSENT, ENAMETOOLONG, path);
        return -1;
    }
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
        connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd_steal(&fd);
    if (nobody_listens(errno))
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_ABSENT, "no daemon listens at %s", path);
    else
        set_errno(error, CONTROL_ERROR_REFUSED, errno, path);
    return -1;
}

/* A daemon that refuses before it has read all closes its end: its answer still counts. */
static bool
send_all(int fd, const GString *request)
{
    size_t sent = 0;

    while (sent < request->len) {
        ssize_t n = send(fd, request->str + sent, request->len - sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EPIPE || errno == ECONNRESET;
        sent += (size_t)n;
    }
    return true;
}

static bool
receive_all(int fd, GString *answer)
{
    char piece[16384];

    for (;;) {
        ssize_t n = recv(fd, piece, sizeof(piece), 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == ECONNRESET && answer->len > 0) /* it left something unread */
            return true;
        if (n <= 0)
            return n == 0;
        if (answer->len + (size_t)n > ANSWER_MAX) {
            errno = EMSGSIZE;
            return false;
        }
        g_string_append_len(answer, piece, n);
    }
}

char *
control_ask(const char *run_dir, const GString *request, size_t *ret_len, GError **error)
{
    g_autofree char *path = g_build_filename(run_dir, CONTROL_SOCKET, NULL);
    g_autoptr(GString) answer = g_string_new(NULL);
    autofd fd = connect_to(path, error);
    const char *body;
    size_t len;

    if (fd < 0)
        return NULL;
    if (!send_all(fd, request) || !receive_all(fd, answer)) {
        set_errno(error, CONTROL_ERROR_PROTOCOL, errno == EAGAIN ? ETIMEDOUT : errno, path);
        return NULL;
    }
    body = control_body(answer->str, answer->len, &len, error);
    if (!body)
        return NULL;
    if (ret_len)
        *ret_len = len;
    return g_strndup(body, len);
}

GPtrArray *
control_list(const char *run_dir, GError **error)
{
    g_autoptr(GString) request = control_request("list");
    g_autofree char *body = NULL;
    size_t len;

    control_end(request);
    body = control_ask(run_dir, request, &len, error);
    return body ? control_records(body, len, error) : NULL;
}
