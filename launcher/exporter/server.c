/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/exporter/server.h"

#include "common/fd.h"
#include "launcher/exporter/answer.h"
#include "launcher/exporter/guests.h"
#include "launcher/launch_error.h"

#include <microhttpd.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECTIONS_MAX                                                                            \
    32u /* more than GUESTS_MAX: those that are cut off take a moment to end                       \
         */
#define CONNECTION_BYTES (16u << 10)
#define SILENCE_SEC 5u
#define BACKLOG 64

/* -- where */

/* In place: the host without brackets, "" for any. */
static bool
split(char *address, const char **ret_host, const char **ret_port)
{
    char *colon = strrchr(address, ':');

    if (!colon || colon[1] == '\0')
        return false;
    *colon = '\0';
    *ret_port = colon + 1;
    *ret_host = address;
    if (address[0] != '[')
        return !strchr(address, ':');
    *ret_host = address + 1;
    if (colon == address || colon[-1] != ']')
        return false;
    colon[-1] = '\0';
    return true;
}

static int
listen_at(const struct addrinfo *at)
{
    autofd fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)
        return -1;
    return fd_steal(&fd);
}

/* IPv6 first: its "any" is IPv4's, too.  Sets *@ret_known if it is an address. */
static int
listen_at_any(const char *host, const char *port, bool *ret_known)
{
    static const int families[] = {AF_INET6, AF_INET};
    int fd = -1;

    for (size_t i = 0; i < G_N_ELEMENTS(families) && fd < 0; i++) {
        const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                       .ai_family = families[i],
                                       .ai_socktype = SOCK_STREAM};
        struct addrinfo *found = NULL;

        if (getaddrinfo(host[0] ? host : NULL, port, &hints, &found) != 0)
            continue;
        *ret_known = true;
        fd = listen_at(found);
        freeaddrinfo(found);
    }
    return fd;
}

int
server_listen(const char *address, GError **error)
{
    g_autofree char *copy = g_strdup(address);
    const char *host, *port;
    bool known = false;
    int fd = split(copy, &host, &port) ? listen_at_any(host, port, &known) : -1;

    if (fd < 0 && known)
        launch_error_set_errno(error, errno, "cannot listen at %s", address);
    else if (fd < 0)
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                    "--listen: '%s' is not ADDRESS:PORT, as 127.0.0.1:9618", address);
    return fd;
}

/* -- what */

/* Takes @text over. */
static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *type, GString *text)
{
    gsize len = text->len;
    char *bytes = g_string_free(text, FALSE); /* GLib's memory is malloc's */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result result;

    if (!response) {
        g_free(bytes);
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
reply_sentence(struct MHD_Connection *connection, unsigned status, const char *sentence)
{
    GString *text = g_string_new(sentence);

    g_string_append_c(text, '\n');
    return reply(connection, status, ANSWER_TEXT_TYPE, text);
}

static enum MHD_Result
reply_metrics(struct MHD_Connection *connection, Source *source, AnswerKind kind)
{
    g_autoptr(GError) error = NULL;
    GString *text = source_read(source, &error);

    if (!text)
        return reply_sentence(connection, MHD_HTTP_SERVICE_UNAVAILABLE, error->message);
    if (kind == ANSWER_METRICS)
        return reply(connection, MHD_HTTP_OK, ANSWER_METRICS_TYPE, text);
    g_string_free(text, TRUE);
    return reply_sentence(connection, MHD_HTTP_OK, "ok");
}

/* Called for the head, for each piece of a body, which nobody wants, and when all is there. */
static enum MHD_Result
handle(void *data, struct MHD_Connection *connection, const char *path, const char *method,
       const char *version, const char *body, size_t *body_size, void **state)
{
    AnswerKind kind = answer_kind(method, path);

    (void)version;
    (void)body;
    if (kind == ANSWER_NOT_FOUND)
        return reply_sentence(connection, MHD_HTTP_NOT_FOUND, "There are /metrics and /healthz.");
    if (kind == ANSWER_METHOD)
        return reply_sentence(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "There is only GET.");
    if (!*state) { /* an answer now would close the connection before the request has ended */
        *state = data;
        return MHD_YES;
    }
    *body_size = 0;
    return reply_metrics(connection, data, kind);
}

static void
note_guest(void *data, struct MHD_Connection *connection, void **socket_context,
           enum MHD_ConnectionNotificationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    (void)data;
    (void)socket_context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED && info)
        guests_add(connection, info->connect_fd);
    else if (code == MHD_CONNECTION_NOTIFY_CLOSED)
        guests_remove(connection);
}

bool
server_start(int listener, Source *source, GError **error)
{
    /* A thread for each connection, because it may wait for the daemon. */
    struct MHD_Daemon *server = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0, NULL,
        NULL, handle, source, MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
        CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_SEC, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_CONNECTION, note_guest, NULL, MHD_OPTION_END);

    if (server)
        return true;
    launch_error_set_errno(error, errno, "cannot answer HTTP");
    (void)close(listener);
    return false;
}
