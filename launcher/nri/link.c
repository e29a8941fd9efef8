/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/link.h"

#include "common/error.h"
#include "common/fd.h"
#include "launcher/tally.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define RETRY_MIN_USEC 100000
#define RETRY_MAX_USEC 10000000
/* The runtime has so long for what it has begun: a frame, or introducing itself. */
#define PATIENCE_USEC 5000000
#define OUTPUT_MAX (16u << 20) /* bytes that it does not take */

struct Link {
    const char *socket; /* NULL: inherited */
    const LinkIdentity *identity;
    Injector *injector;
    InjectorRuntime *runtime;
    Session *session; /* NULL: not connected */
    int fd;
    bool over;
    gint64 retry_at, retry_usec;
    gint64 waits_since; /* for what it has begun; 0: it has not */
    char *said;         /* what was logged last of it */
};

static void
begin(Link *link, int fd)
{
    link->fd = fd;
    link->runtime = injector_runtime_new(link->injector);
    link->session =
        session_new(link->identity->name, link->identity->index, &injector_ops, link->runtime);
    link->waits_since = 0;
}

Link *
link_new(const char *socket, const LinkIdentity *identity, Injector *injector)
{
    Link *link = g_new0(Link, 1);

    *link = (Link){.socket = socket,
                   .identity = identity,
                   .injector = injector,
                   .fd = -1,
                   .retry_usec = RETRY_MIN_USEC};
    return link;
}

Link *
link_new_inherited(int fd, const LinkIdentity *identity, Injector *injector)
{
    Link *link = link_new(NULL, identity, injector);

    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    begin(link, fd);
    return link;
}

static void
end(Link *link)
{
    g_clear_pointer(&link->session, session_free);
    g_clear_pointer(&link->runtime, injector_runtime_free);
    fd_clear(&link->fd);
    link->over = !link->socket;
}

void
link_free(Link *link)
{
    if (!link)
        return;
    end(link);
    g_free(link->said);
    g_free(link);
}

/* Once, however often it happens. */
static void
say(Link *link, const char *sentence)
{
    if (g_strcmp0(link->said, sentence) == 0)
        return;
    g_free(link->said);
    link->said = g_strdup(sentence);
    g_message("%s: %s", link->socket ? link->socket : "the runtime", sentence);
}

static void
try_later(Link *link)
{
    link->retry_at = g_get_monotonic_time() + link->retry_usec;
    link->retry_usec = MIN(link->retry_usec * 2, RETRY_MAX_USEC);
}

/* The connection is of no use: it is made anew.  @broken: that is somebody's fault. */
static void
hang_up(Link *link, const char *sentence, bool broken)
{
    bool was_up = link_is_up(link);

    say(link, sentence);
    if (broken)
        tally_add(injector_run_dir(link->injector), TALLY_NRI, TALLY_FAILED, 1);
    end(link);
    if (was_up && !broken)
        link->retry_usec = RETRY_MIN_USEC;
    try_later(link);
}

static void
dial(Link *link)
{
    autofd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (g_strlcpy(address.sun_path, link->socket, sizeof(address.sun_path)) >=
        sizeof(address.sun_path)) {
        say(link, "the path is too long for a socket");
        link->retry_at = G_MAXINT64;
        return;
    }
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        begin(link, fd_steal(&fd));
        return;
    }
    /* An engine that is not installed, or not started yet, is nothing to talk about. */
    if (errno != ENOENT && errno != ECONNREFUSED && errno != ENOTDIR)
        say(link, strerror(errno));
    try_later(link);
}

/* False if the connection was given up. */
static bool
receive(Link *link)
{
    uint8_t piece[16384];
    g_autoptr(GError) error = NULL;

    for (;;) {
        ssize_t n = recv(link->fd, piece, sizeof(piece), MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n <= 0) {
            bool midway =
                session_is_synchronized(link->session) && session_is_waiting(link->session);

            hang_up(link, midway ? "closed in the middle of a frame" : "closed", midway);
            return false;
        }
        if (!session_feed(link->session, piece, (size_t)n, &error)) {
            hang_up(link, error->message, true);
            return false;
        }
    }
}

static bool
transmit(Link *link)
{
    GByteArray *out = session_output(link->session);

    while (out->len > 0) {
        ssize_t n = send(link->fd, out->data, out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            if (out->len <= OUTPUT_MAX)
                return true;
            hang_up(link, "takes none of our answers", true);
            return false;
        }
        if (n < 0) {
            hang_up(link, strerror(errno), false);
            return false;
        }
        g_byte_array_remove_range(out, 0, (guint)n);
    }
    return true;
}

/* A runtime that starts us itself does so while it starts: it may take long to synchronize, and no
 * connection could be made anew. */
static bool
is_patient(const Link *link)
{
    return !link->socket && !session_is_synchronized(link->session);
}

static bool
is_late(Link *link)
{
    gint64 now = g_get_monotonic_time();

    if (!session_is_waiting(link->session) || is_patient(link))
        link->waits_since = 0;
    else if (link->waits_since == 0)
        link->waits_since = now;
    return link->waits_since != 0 && now - link->waits_since > PATIENCE_USEC;
}

void
link_step(Link *link)
{
    if (!link->session && !link->over && g_get_monotonic_time() >= link->retry_at)
        dial(link);
    if (!link->session || !receive(link) || !transmit(link))
        return;
    if (is_late(link))
        hang_up(link, "does not go on with what it has begun", true);
    else if (session_is_synchronized(link->session)) {
        link->retry_usec = RETRY_MIN_USEC;
        say(link, "connected");
    }
}

int
link_poll(const Link *link, GArray *fds)
{
    gint64 until = link->session ? link->waits_since + PATIENCE_USEC : link->retry_at;
    struct pollfd poll_fd = {.fd = link->fd, .events = POLLIN};

    if (link->over || (!link->session && link->retry_at == G_MAXINT64))
        return -1;
    if (link->session) {
        poll_fd.events = session_output(link->session)->len > 0 ? POLLIN | POLLOUT : POLLIN;
        g_array_append_val(fds, poll_fd);
        if (link->waits_since == 0)
            return -1;
    }
    return (int)(MAX(until - g_get_monotonic_time(), 0) / 1000) + 1;
}

bool
link_is_over(const Link *link)
{
    return link->over;
}

bool
link_is_up(const Link *link)
{
    return link->session && session_is_synchronized(link->session);
}
