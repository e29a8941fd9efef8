/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/keeper/adopt.h"

#include "common/fd.h"
#include "fs/keeper/log.h"
#include "fs/keeper/protocol.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PATIENCE_MSEC 10000

int
adopt_ask(const char *path, Holdings *ret)
{
    autofd fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ProtocolReceived received;
    Table table;

    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        return keeper_fail(fd < 0 ? errno : ENAMETOOLONG, "cannot ask the keeper at %s", path);
    memcpy(address.sun_path, path, strlen(path));
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return errno == ENOENT || errno == ECONNREFUSED
                   ? -1
                   : keeper_fail(errno, "cannot ask the keeper at %s: %m", path);
    if (protocol_send(fd, PROTOCOL_ADOPT, NULL) != 0 ||
        protocol_await(fd, PATIENCE_MSEC, &received) <= 0)
        return keeper_fail(errno ? errno : EPROTO, "the keeper at %s does not answer: %m", path);
    if (received.message.header.type != PROTOCOL_STATE) {
        protocol_close_fds(&received);
        return keeper_fail(EBUSY, "the keeper at %s does not hand over: %s", path,
                           received.message.header.type == PROTOCOL_REFUSED
                               ? received.message.refused.text
                               : "it says something else");
    }
    protocol_unpack(&received, ret);
    if (table_map(ret->table, &table) != 0) {
        holdings_clear(ret);
        return -1;
    }
    table_unmap(&table);
    return fd_steal(&fd);
}
