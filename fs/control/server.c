/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/control/server.h"

#include "common/error.h"
#include "common/fd.h"
#include "fs/control/peer.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#define BACKLOG 64
#define PATIENCE_MSEC 1000   /* with who says nothing, or takes nothing */
#define CONNECTION_MSEC 5000 /* with whoever it is: the next one waits */
#define PAUSE_MSEC 100       /* when no connection can be accepted */

struct ControlServer {
    ControlConfig config;
    char *containers;
    int listener, stop; /* the first is borrowed; stop: an eventfd */
    pthread_t thread;
    bool running;
};

/* One connection. */
typedef struct {
    int fd, stop;
    int64_t end; /* on g_get_monotonic_time() */
} Talk;

/* False if it does not come in time, or if all is to end. */
static bool
wait_for(const Talk *talk, short events)
{
    struct pollfd fds[] = {{.fd = talk->fd, .events = events},
                           {.fd = talk->stop, .events = POLLIN}};
    int64_t left = (talk->end - g_get_monotonic_time()) / 1000;
    int n;

    if (left <= 0)
        return false;
    do
        n = poll(fds, G_N_ELEMENTS(fds), (int)MIN(left, PATIENCE_MSEC));
    while (n < 0 && errno == EINTR);
    return n > 0 && fds[1].revents == 0;
}

/* NULL if no whole request came. */
static GString *
receive(const Talk *talk, GError **refusal)
{
    g_autoptr(GString) text = g_string_sized_new(1024);
    char piece[4096];

    while (!control_request_is_whole(text->str, text->len)) {
        ssize_t n;

        if (text->len >= CONTROL_REQUEST_MAX) {
            g_set_error(refusal, CONTROL_REFUSAL, EMSGSIZE, "a request has at most %u bytes",
                        CONTROL_REQUEST_MAX);
            return NULL;
        }
        if (!wait_for(talk, POLLIN)) {
            g_set_error_literal(refusal, CONTROL_REFUSAL, ETIMEDOUT, "the request did not come");
            return NULL;
        }
        n = recv(talk->fd, piece, MIN(sizeof piece, CONTROL_REQUEST_MAX - text->len), MSG_DONTWAIT);
        if (n <= 0 && !(n < 0 && (errno == EINTR || errno == EAGAIN))) {
            g_set_error_literal(refusal, CONTROL_REFUSAL, EINVAL,
                                "a request ends with an empty line");
            return NULL;
        }
        if (n > 0)
            g_string_append_len(text, piece, n);
    }
    return g_steal_pointer(&text);
}

static void
send_all(const Talk *talk, const GString *answer)
{
    size_t sent = 0;

    while (sent < answer->len && wait_for(talk, POLLOUT)) {
        ssize_t n =
            send(talk->fd, answer->str + sent, answer->len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return;
        sent += (size_t)MAX(n, 0);
    }
}

void
control_serve(const ControlConfig *config, int fd, int stop_fd)
{
    const Talk talk = {fd, stop_fd, g_get_monotonic_time() + CONNECTION_MSEC * 1000};
    g_autoptr(GString) request = NULL, answer = NULL;
    g_autoptr(GError) refusal = NULL;

    if (!control_peer_is_host_root(fd, config->server->sources.readers))
        g_set_error_literal(&refusal, CONTROL_REFUSAL, EPERM, "only root of the host may ask");
    else
        request = receive(&talk, &refusal);
    answer = request ? control_answer(config, request->str, request->len)
                     : control_answer_refusal(refusal);
    send_all(&talk, answer);
}

/* What was sent and not read would become ECONNRESET for who has sent it: so no more may come, and
 * what came is read. */
static void
hang_up(int fd)
{
    char rest[4096];

    (void)shutdown(fd, SHUT_RDWR);
    while (recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0)
        ;
}

static void *
run(void *data)
{
    ControlServer *server = data;
    struct pollfd fds[] = {{.fd = server->listener, .events = POLLIN},
                           {.fd = server->stop, .events = POLLIN}};

    for (;;) {
        autofd fd = -1;

        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR)
            return NULL;
        if (fds[1].revents != 0)
            return NULL;
        fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) {
            control_serve(&server->config, fd, server->stop);
            hang_up(fd);
        } else if (errno != EINTR && errno != EAGAIN && errno != ECONNABORTED) {
            /* No file descriptor is free: who waits stays there, and so would we. */
            (void)poll(&fds[1], 1, PAUSE_MSEC);
        }
    }
}

/* The mode first: bind(2) makes the file with it. */
static int
listen_at(const char *path, GError **error)
{
    autofd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
        read_error_set_errno(error, ENAMETOOLONG, "%s", path);
        return -1;
    }
    (void)unlink(path); /* else bind(2) says why not */
    if (fd >= 0 && fchmod(fd, 0600) == 0 &&
        bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        listen(fd, BACKLOG) == 0)
        return fd_steal(&fd);
    read_error_set_errno(error, errno, "cannot listen at %s", path);
    return -1;
}

bool
control_listen(const char *run_dir, ControlSocket *ret, GError **error)
{
    g_autofree char *path = g_build_filename(run_dir, CONTROL_SOCKET, NULL);
    autofd fd = listen_at(path, error);

    if (fd < 0)
        return false;
    if (lstat(path, &ret->file) != 0) {
        read_error_set_errno(error, errno, "cannot use %s", path);
        return false;
    }
    ret->path = g_steal_pointer(&path);
    ret->fd = fd_steal(&fd);
    return true;
}

/* Another daemon may have begun to listen there. */
static bool
is_ours(const ControlSocket *socket)
{
    struct stat now;

    return lstat(socket->path, &now) == 0 && now.st_dev == socket->file.st_dev &&
           now.st_ino == socket->file.st_ino;
}

void
control_unlisten(ControlSocket *socket)
{
    if (socket->path && is_ours(socket))
        (void)unlink(socket->path); /* the next one would do it, too */
    fd_clear(&socket->fd);
    g_clear_pointer(&socket->path, g_free);
}

static bool
start_thread(ControlServer *server, GError **error)
{
    int code = pthread_create(&server->thread, NULL, run, server);

    if (code != 0) {
        read_error_set_errno(error, code, "cannot start a thread");
        return false;
    }
    server->running = true;
    (void)pthread_setname_np(server->thread, "control"); /* for people alone */
    return true;
}

ControlServer *
control_start(int listener, const ControlConfig *config, GError **error)
{
    g_autoptr(ControlServer) server = g_new0(ControlServer, 1);

    server->config = *config;
    server->config.containers = server->containers = g_strdup(config->containers);
    server->listener = listener;
    server->stop = eventfd(0, EFD_CLOEXEC);
    if (server->stop < 0) {
        read_error_set_errno(error, errno, "cannot make an eventfd");
        return NULL;
    }
    if (!start_thread(server, error))
        return NULL;
    return g_steal_pointer(&server);
}

void
control_stop(ControlServer *server)
{
    if (!server)
        return;
    if (server->running) {
        (void)eventfd_write(server->stop, 1); /* 1 always has room */
        (void)pthread_join(server->thread, NULL);
    }
    fd_clear(&server->stop);
    g_free(server->containers);
    g_free(server);
}
