/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/protocol.h"

#include "common/fd.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define MAGIC UINT32_C(0x6f776e50)

_Static_assert(sizeof(ProtocolStatus) <= PROTOCOL_BODY_MAX, "it fits");
_Static_assert(sizeof(ProtocolGrant) <= PROTOCOL_BODY_MAX, "it fits");

typedef struct {
    uint32_t len; /* of the body */
    unsigned min_fds, max_fds;
    int known;
} Kind;

static const Kind kinds[] = {
    [PROTOCOL_GRANT] = {sizeof(ProtocolGrant), 2, PROTOCOL_FDS_MAX, 1},
    [PROTOCOL_GO] = {0, 0, 0, 1},
    [PROTOCOL_DRAIN] = {0, 0, 0, 1},
    [PROTOCOL_GO_SAFE] = {0, 0, 0, 1},
    [PROTOCOL_HELLO] = {sizeof(ProtocolHello), 0, 0, 1},
    [PROTOCOL_READY] = {0, 0, 0, 1},
    [PROTOCOL_SERVING] = {0, 0, 0, 1},
    [PROTOCOL_DRAINED] = {0, 0, 0, 1},
    [PROTOCOL_POKE] = {0, 0, 0, 1},
    [PROTOCOL_LOST] = {sizeof(ProtocolLost), 0, 0, 1},
    [PROTOCOL_STATUS] = {0, 0, 0, 1},
    [PROTOCOL_UPGRADE] = {0, 0, 1, 1},
    [PROTOCOL_SHUTDOWN] = {0, 0, 0, 1},
    [PROTOCOL_ADOPT] = {0, 0, 0, 1},
    [PROTOCOL_TAKE] = {0, 0, 0, 1},
    [PROTOCOL_ADOPTED] = {0, 0, 0, 1},
    [PROTOCOL_STATUS_IS] = {sizeof(ProtocolStatus), 0, 0, 1},
    [PROTOCOL_DONE] = {0, 0, 0, 1},
    [PROTOCOL_REFUSED] = {sizeof(ProtocolRefused), 0, 0, 1},
    [PROTOCOL_STATE] = {sizeof(ProtocolGrant), 2, PROTOCOL_FDS_MAX, 1},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

#define IS_TEXT(array) (memchr(array, '\0', sizeof(array)) != NULL)

static bool
grant_is_good(const ProtocolMessage *message, unsigned n_fds)
{
    const ProtocolGrant *grant = &message->grant;
    unsigned n = 2;

    if (grant->n_connections > TABLE_CONNECTIONS_MAX || grant->n_extras > HOLDINGS_EXTRAS_MAX ||
        grant->has_listener > 1 || grant->present >> grant->n_connections != 0)
        return false;
    for (unsigned i = 0; i < grant->n_connections; i++) {
        if (!IS_TEXT(grant->connections[i].name) || !IS_TEXT(grant->connections[i].target) ||
            !IS_TEXT(grant->connections[i].mount_id) ||
            !holdings_is_name(grant->connections[i].name))
            return false;
        n += (grant->present >> i) & 1;
    }
    for (unsigned i = 0; i < grant->n_extras; i++)
        if (!IS_TEXT(grant->extras[i]) || !holdings_is_name(grant->extras[i]))
            return false;
    return n_fds == n + grant->n_extras + grant->has_listener;
}

static bool
status_is_good(const ProtocolStatus *status)
{
    bool good = status->n_workers <= PROTOCOL_WORKERS_MAX &&
                status->n_connections <= TABLE_CONNECTIONS_MAX && IS_TEXT(status->program);

    for (unsigned i = 0; good && i < status->n_workers; i++)
        good = IS_TEXT(status->workers[i].state) && IS_TEXT(status->workers[i].program);
    for (unsigned i = 0; good && i < status->n_connections; i++)
        good = IS_TEXT(status->connections[i].name) && IS_TEXT(status->connections[i].target);
    return good;
}

static bool
body_is_good(const ProtocolMessage *message, unsigned n_fds)
{
    switch (message->header.type) {
    case PROTOCOL_GRANT:
    case PROTOCOL_STATE:
        return grant_is_good(message, n_fds);
    case PROTOCOL_HELLO:
        return message->hello.min <= message->hello.max && IS_TEXT(message->hello.program);
    case PROTOCOL_REFUSED:
        return IS_TEXT(message->refused.text);
    case PROTOCOL_STATUS_IS:
        return status_is_good(&message->status);
    default:
        return true;
    }
}

int
protocol_check(const ProtocolMessage *message, size_t size, unsigned n_fds)
{
    const ProtocolHeader *header = &message->header;
    const Kind *kind;

    if (size < sizeof *header || header->magic != MAGIC || header->len != size - sizeof *header ||
        header->n_fds != n_fds)
        return EBADMSG;
    if (header->frame != PROTOCOL_FRAME)
        return EPROTONOSUPPORT;
    kind = header->type < N_KINDS ? &kinds[header->type] : &kinds[0];
    if (!kind->known)
        return ENOSYS;
    if (header->len != kind->len || n_fds < kind->min_fds || n_fds > kind->max_fds)
        return EBADMSG;
    return body_is_good(message, n_fds) ? 0 : EBADMSG;
}

static ProtocolHeader
header_of(ProtocolType type, unsigned n_fds)
{
    return (ProtocolHeader){.magic = MAGIC,
                            .frame = PROTOCOL_FRAME,
                            .type = (uint16_t)type,
                            .len = kinds[type].len,
                            .n_fds = n_fds};
}

int
protocol_send_fds(int sock, ProtocolType type, const void *body, const int *fds, unsigned n)
{
    ProtocolHeader header = header_of(type, n);
    struct iovec parts[] = {{&header, sizeof header}, {(void *)body, kinds[type].len}};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * PROTOCOL_FDS_MAX)] = {0};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    struct cmsghdr *rights = (struct cmsghdr *)(void *)control;

    if (n > 0) {
        *rights = (struct cmsghdr){CMSG_LEN(sizeof(int) * n), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(rights), fds, sizeof(int) * n);
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * n);
    }
    return sendmsg(sock, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* A worker may not call sendmsg(2), by which it could send fds. */
int
protocol_send(int sock, ProtocolType type, const void *body)
{
    uint8_t bytes[sizeof(ProtocolMessage)];
    ProtocolHeader header = header_of(type, 0);

    memcpy(bytes, &header, sizeof header);
    if (header.len > 0)
        memcpy(bytes + sizeof header, body, header.len);
    return send(sock, bytes, sizeof header + header.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int
protocol_refuse(int sock, int code, const char *text)
{
    ProtocolRefused refused = {.code = code};

    (void)snprintf(refused.text, sizeof refused.text, "%s", text);
    return protocol_send(sock, PROTOCOL_REFUSED, &refused);
}

void
protocol_close_fds(ProtocolReceived *received)
{
    for (unsigned i = 0; i < received->n_fds; i++)
        fd_clear(&received->fds[i]);
    received->n_fds = 0;
}

/* All that came, whoever sent it and however much. */
static void
collect_fds(struct msghdr *message, ProtocolReceived *ret)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < n; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (ret->n_fds < PROTOCOL_FDS_MAX)
                ret->fds[ret->n_fds++] = fd;
            else
                (void)close(fd); /* for alignment there is room for one more than was asked for */
        }
    }
}

/* @size: of @control; without it the kernel drops what would be there, and says that it did. */
static int
receive(int sock, void *control, size_t size, ProtocolReceived *ret)
{
    struct iovec part = {&ret->message, sizeof ret->message};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = size};
    ssize_t n = recvmsg(sock, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int code;

    ret->n_fds = 0;
    if (n < 0)
        return -1;
    collect_fds(&message, ret);
    if (n == 0 && ret->n_fds == 0)
        return 0; /* an empty message is no message either */
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
        code = message.msg_flags & MSG_TRUNC ? EBADMSG : EMFILE; /* more than fit here, or there */
    else
        code = protocol_check(&ret->message, (size_t)n, ret->n_fds);
    if (code == 0)
        return 1;
    protocol_close_fds(ret);
    errno = code;
    return -1;
}

int
protocol_receive(int sock, ProtocolReceived *ret)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * PROTOCOL_FDS_MAX)];

    return receive(sock, control, sizeof control, ret);
}

int
protocol_receive_words(int sock, ProtocolReceived *ret)
{
    return receive(sock, NULL, 0, ret);
}

int
protocol_await(int sock, int msec, ProtocolReceived *ret)
{
    struct pollfd fd = {.fd = sock, .events = POLLIN};
    int n;

    do
        n = poll(&fd, 1, msec);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        errno = ETIMEDOUT;
    return n <= 0 ? -1 : protocol_receive(sock, ret);
}

uint32_t
protocol_agree(const ProtocolHello *hello)
{
    uint32_t highest = hello->max < PROTOCOL_MAX ? hello->max : PROTOCOL_MAX;

    return highest >= hello->min && highest >= PROTOCOL_MIN ? highest : 0;
}
