/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/session.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/log.h"
#include "fs/request/session_private.h"

#include <errno.h>
#include <stdlib.h>

G_GNUC_PRINTF(2, 0)
static void
log_libfuse(enum fuse_log_level level, const char *format, va_list args)
{
    g_autofree char *message = g_strchomp(g_strdup_vprintf(format, args));

    log_limited(level <= FUSE_LOG_WARNING ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_DEBUG, "libfuse",
                "%s", message);
}

Session *
session_new(int fuse_fd, const SessionConfig *config, GError **error)
{
    g_autoptr(Session) session = g_new0(Session, 1);
    char program[] = "ownprocd", *argv[] = {program, NULL};
    struct fuse_args args = FUSE_ARGS_INIT(1, argv);
    g_autofree char *path = g_strdup_printf("/dev/fd/%d", fuse_fd);
    autofd fd = fuse_fd;

    fuse_set_log_func(log_libfuse);
    session->config = *config;
    session->se = fuse_session_new(&args, config->ops, sizeof *config->ops, config->data);
    fuse_opt_free_args(&args); /* libfuse has made a copy of its own */
    if (!session->se || fuse_session_mount(session->se, path) != 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO, "libfuse does not take the connection");
        return NULL;
    }
    (void)fd_steal(&fd); /* fuse_session_destroy() closes it */
    return g_steal_pointer(&session);
}

void
session_free(Session *session)
{
    if (!session)
        return;
    if (session->se)
        fuse_session_destroy(session->se);
    free(session->buf.mem); /* libfuse's malloc */
    g_free(session);
}

bool
session_serve(Session *session, struct fuse_buf *buf)
{
    int n = fuse_session_receive_buf(session->se, buf);

    if (n > 0)
        fuse_session_process_buf(session->se, buf);
    else if (n != -EINTR && n != -EAGAIN)
        return false;
    return !fuse_session_exited(session->se);
}

bool
session_serve_one(Session *session)
{
    return session_serve(session, &session->buf);
}
