/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/session.h"

#include "common/error.h"
#include "common/fd.h"
#include "common/log.h"
#include "fs/request/answers.h"
#include "fs/request/session_private.h"

#include <errno.h>
#include <string.h>

/* It answers ENOMEM by itself, which nobody shall see after whom another process answers. */
#define NO_MEMORY "failed to allocate"

G_GNUC_PRINTF(2, 0)
static void
log_libfuse(enum fuse_log_level level, const char *format, va_list args)
{
    g_autofree char *message = NULL;

    if (strstr(format, NO_MEMORY))
        read_error_exhausted();
    message = g_strchomp(g_strdup_vprintf(format, args));
    log_limited(level <= FUSE_LOG_WARNING ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_DEBUG, "libfuse",
                "%s", message);
}

/* Of the thread: whose request it answers. */
static _Thread_local const Session *answering;

/* What one life of the daemon has agreed upon with the kernel binds all that come after. */
static void
agree(TableNegotiated *agreed, struct fuse_conn_info *conn)
{
    if (__atomic_load_n(&agreed->complete, __ATOMIC_ACQUIRE)) {
        conn->want = conn->capable & (unsigned)agreed->flags;
        return;
    }
    agreed->major = conn->proto_major;
    agreed->minor = conn->proto_minor;
    agreed->flags = conn->want;
    agreed->max_write = conn->max_write;
    (void)g_strlcpy(agreed->program, "ownprocd " OWNPROC_VERSION, sizeof agreed->program);
    __atomic_store_n(&agreed->complete, 1, __ATOMIC_RELEASE);
}

static void
init(void *userdata, struct fuse_conn_info *conn)
{
    const struct fuse_lowlevel_ops *own = answering->config.ops;

    /* Another time of change says that the page is of an older text. */
    conn->want |= conn->capable & FUSE_CAP_AUTO_INVAL_DATA;
    conn->max_background = INTAKE_BACKGROUND_MAX;
    conn->max_write = INTAKE_MAX_WRITE;
    agree(intake_negotiated(answering->intake), conn);
    if (own->init)
        own->init(userdata, conn);
}

Session *
session_new(int fuse_fd, const SessionConfig *config, GError **error)
{
    g_autoptr(Session) session = g_new0(Session, 1);
    char program[] = "ownprocd", *argv[] = {program, NULL};
    struct fuse_args args = FUSE_ARGS_INIT(1, argv);
    struct fuse_lowlevel_ops ops = *config->ops;
    g_autofree char *path = g_strdup_printf("/dev/fd/%d", fuse_fd);
    autofd fd = fuse_fd;

    fuse_set_log_func(log_libfuse);
    session->config = *config;
    ops.init = init;
    session->se = fuse_session_new(&args, &ops, sizeof ops, config->data);
    fuse_opt_free_args(&args); /* libfuse has made a copy of its own */
    if (!session->se || fuse_session_mount(session->se, path) != 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO, "libfuse does not take the connection");
        return NULL;
    }
    (void)fd_steal(&fd); /* fuse_session_destroy() closes it */
    session->intake =
        intake_new(session->se, &(IntakeConfig){config->whose, config->data, config->slots});
    if (!session->intake) {
        read_error_set_errno(error, errno, "cannot have a timer, or memory for requests");
        return NULL;
    }
    return g_steal_pointer(&session);
}

void
session_free(Session *session)
{
    if (!session)
        return;
    if (session->se)
        fuse_session_destroy(session->se);
    intake_free(session->intake);
    g_free(session);
}

/* False if it is left to another process. */
static bool
answer(const Session *session, const struct fuse_buf *request)
{
    answering = session;
    answers_begin();
    fuse_session_process_buf(session->se, request);
    return !answers_was_left();
}

bool
session_answer(Session *session, void *bytes, size_t len)
{
    return answer(session, &(struct fuse_buf){.mem = bytes, .size = len});
}

void
session_take_up(Session *session)
{
    intake_take_up(session->intake);
}

bool
session_serve(const Session *session, IntakePlace *place)
{
    struct fuse_buf request;

    if (!intake_next(place, &request))
        return false;
    if (request.size > 0 && !answer(session, &request))
        intake_leave(place);
    return !fuse_session_exited(session->se);
}

void
session_drop_page(gpointer data, uint64_t node)
{
    Session *session = data;

    /* It may have forgotten the node by itself, or have been unmounted. */
    (void)fuse_lowlevel_notify_inval_inode(session->se, node, 0, 0);
}

void
session_push_page(gpointer data, uint64_t node, GBytes *page)
{
    Session *session = data;
    size_t len;
    const void *bytes = g_bytes_get_data(page, &len);
    struct fuse_bufvec buf = FUSE_BUFVEC_INIT(len);

    if (!intake_can_wait(session->intake))
        return;
    buf.buf[0].mem = (void *)bytes; /* is only read */
    /* If not, it will ask for the page. */
    (void)fuse_lowlevel_notify_store(session->se, node, 0, &buf, FUSE_BUF_NO_SPLICE);
}

bool
session_serve_one(Session *session)
{
    if (!session->place)
        session->place = intake_enter(session->intake);
    return session_serve(session, session->place);
}
