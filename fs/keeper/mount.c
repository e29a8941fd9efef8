/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/mount.h"

#include "common/fd.h"
#include "fs/keeper/log.h"
#include "fs/keeper/protocol.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define PATIENCE_MSEC 10000 /* with who mounts */
#define INIT_MSEC 1000      /* the kernel sends it when it mounts */

/* A message of its own: a GRANT without memory would not be let through. */
static int
hand_over(int sink, const ProtocolGrant *grant, int fd)
{
    /* The table and the shelf are not there yet: the fd itself stands in their places. */
    const int fds[] = {fd, fd, fd};

    return protocol_send_fds(sink, PROTOCOL_STATE, grant, fds, 3);
}

int
mount_hand_over(int sink, const HoldingsConnection *connection)
{
    Holdings one = {.table = connection->fd, .shelf = connection->fd, .listener = -1};
    ProtocolGrant grant;
    int fds[PROTOCOL_FDS_MAX];

    if (!holdings_add_connection(&one, connection))
        return keeper_fail(EINVAL, "'%.31s' is no name of a connection", connection->name);
    (void)protocol_pack(&one, false, &grant, fds);
    return hand_over(sink, &grant, connection->fd);
}

int
mount_hand_over_extra(int sink, const char *name, int fd)
{
    Holdings one = HOLDINGS_INIT;
    ProtocolGrant grant;
    int fds[PROTOCOL_FDS_MAX];

    if (!holdings_add_extra(&one, name, fd))
        return keeper_fail(EINVAL, "'%.31s' is no name of a socket", name);
    (void)protocol_pack(&one, false, &grant, fds);
    return hand_over(sink, &grant, fd);
}

/* False if there is no room for it or its name is taken. */
static bool
add(Holdings *all, Holdings *one)
{
    bool added = false;

    if (one->n_connections == 1 && (added = holdings_add_connection(all, &one->connections[0])))
        one->connections[0].fd = -1;
    if (one->n_extras == 1 &&
        (added = holdings_add_extra(all, one->extras[0].name, one->extras[0].fd)))
        one->extras[0].fd = -1;
    holdings_clear(one);
    return added;
}

/* Until it has closed its end.  As messages wait in the socket, it need not live any more. */
static int
take_all(int sock, Holdings *ret)
{
    ProtocolReceived received;
    int n;

    while ((n = protocol_await(sock, PATIENCE_MSEC, &received)) > 0) {
        Holdings one;

        if (received.message.header.type != PROTOCOL_STATE) {
            protocol_close_fds(&received);
            return keeper_fail(EBADMSG, "who mounts says what it should not");
        }
        protocol_unpack(&received, &one);
        if (!add(ret, &one))
            return keeper_fail(EINVAL, "there are too many mounts, or two of one name");
    }
    return n < 0 ? keeper_fail(errno, "nothing comes from who mounts: %m") : 0;
}

static int
reap(pid_t pid, bool kill_it)
{
    int status;

    if (kill_it)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
mount_gather(MountSetUp set_up, void *data, size_t shelf_size, Holdings *ret)
{
    autofd ours = -1;
    int pair[2], failed;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return keeper_fail(errno, "cannot make a socket: %m");
    ours = pair[0];
    pid = fork();
    if (pid == 0) {
        (void)close(pair[0]);
        _exit(set_up(pair[1], data));
    }
    (void)close(pair[1]);
    if (pid < 0)
        return keeper_fail(errno, "cannot start who mounts: %m");
    failed = take_all(ours, ret);
    if (reap(pid, failed != 0) != 0 || failed != 0) {
        errno = failed ? errno : ECHILD; /* it has said why */
        return -1;
    }
    return holdings_make_memory(ret, shelf_size);
}

static int
take_one_init(const HoldingsConnection *from, TableConnection *connection, uint8_t *buffer)
{
    struct pollfd fd = {.fd = from->fd, .events = POLLIN};
    struct fuse_in_header header;
    ssize_t n;

    if (poll(&fd, 1, INIT_MSEC) != 1 || !(fd.revents & POLLIN))
        return keeper_fail(EPROTO, "the kernel does not begin the connection '%s'", from->name);
    n = read(from->fd, buffer, TABLE_REQUEST_MAX);
    if (n < (ssize_t)sizeof header)
        return keeper_fail(n < 0 ? errno : EPROTO, "cannot read how '%s' begins", from->name);
    memcpy(&header, buffer, sizeof header);
    table_clear(buffer); /* it is found in init */
    if (header.opcode != FUSE_INIT || header.len != n || n > TABLE_INIT_MAX)
        return keeper_fail(EPROTO, "the connection '%s' is in use already", from->name);
    memcpy(connection->init, buffer, (size_t)n);
    memcpy(connection->init, &header, sizeof header);
    connection->init_size = (uint32_t)n;
    return 0;
}

int
mount_take_init(const Holdings *holdings)
{
    Table table;
    int failed = 0;

    if (table_map(holdings->table, &table) != 0)
        return -1;
    for (unsigned i = 0; i < holdings->n_connections && !failed; i++)
        failed = take_one_init(&holdings->connections[i], table_connection(&table, i),
                               table_buffer(&table, i, 0));
    table_unmap(&table);
    return failed;
}
