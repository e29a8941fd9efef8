/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Holdings in a message, and out of it. */

#include "fs/keeper/protocol.h"

#include <string.h>

unsigned
protocol_pack(const Holdings *holdings, bool with_listener, ProtocolGrant *ret,
              int ret_fds[PROTOCOL_FDS_MAX])
{
    unsigned n = 0;

    *ret = (ProtocolGrant){.version = PROTOCOL_MAX,
                           .n_connections = holdings->n_connections,
                           .n_extras = holdings->n_extras,
                           .has_listener = with_listener && holdings->listener >= 0};
    ret_fds[n++] = holdings->table;
    ret_fds[n++] = holdings->shelf;
    for (unsigned i = 0; i < holdings->n_connections; i++) {
        const HoldingsConnection *connection = &holdings->connections[i];

        memcpy(ret->connections[i].name, connection->name, sizeof connection->name);
        memcpy(ret->connections[i].target, connection->target, sizeof connection->target);
        memcpy(ret->connections[i].mount_id, connection->mount_id, sizeof connection->mount_id);
        if (connection->fd >= 0) {
            ret->present |= UINT32_C(1) << i;
            ret_fds[n++] = connection->fd;
        }
    }
    for (unsigned i = 0; i < holdings->n_extras; i++) {
        memcpy(ret->extras[i], holdings->extras[i].name, TABLE_NAME_MAX);
        ret_fds[n++] = holdings->extras[i].fd;
    }
    if (ret->has_listener)
        ret_fds[n++] = holdings->listener;
    return n;
}

void
protocol_unpack(ProtocolReceived *received, Holdings *ret)
{
    const ProtocolGrant *grant = &received->message.grant;
    unsigned n = 0;

    *ret = (Holdings)HOLDINGS_INIT;
    ret->table = received->fds[n++];
    ret->shelf = received->fds[n++];
    for (unsigned i = 0; i < grant->n_connections; i++) {
        HoldingsConnection *connection = &ret->connections[ret->n_connections++];

        memcpy(connection->name, grant->connections[i].name, sizeof connection->name);
        memcpy(connection->target, grant->connections[i].target, sizeof connection->target);
        memcpy(connection->mount_id, grant->connections[i].mount_id, sizeof connection->mount_id);
        connection->fd = (grant->present >> i) & 1 ? received->fds[n++] : -1;
    }
    for (unsigned i = 0; i < grant->n_extras; i++) {
        HoldingsExtra *extra = &ret->extras[ret->n_extras++];

        memcpy(extra->name, grant->extras[i], TABLE_NAME_MAX);
        extra->fd = received->fds[n++];
    }
    if (grant->has_listener)
        ret->listener = received->fds[n++];
    received->n_fds = 0;
}
