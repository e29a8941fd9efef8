/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A message that the keeper or a worker lets through names no more than there is room for, and its
 * texts end.  The input is the message; its first byte is how many fds came with it. */

#include "fs/keeper/log.h"
#include "fs/keeper/protocol.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void
demand(int holds)
{
    if (!holds)
        abort();
}

static void
check_holdings(const ProtocolMessage *message, unsigned n_fds)
{
    ProtocolReceived received = {.message = *message, .n_fds = n_fds};
    Holdings holdings;
    unsigned n = 0;

    for (unsigned i = 0; i < n_fds; i++)
        received.fds[i] = 1000 + (int)i;
    protocol_unpack(&received, &holdings);
    demand(holdings.table == 1000 && holdings.shelf == 1001);
    for (unsigned i = 0; i < holdings.n_connections; i++) {
        demand(holdings_is_name(holdings.connections[i].name));
        n += holdings.connections[i].fd >= 0;
    }
    n += holdings.n_extras + (holdings.listener >= 0);
    demand(n + 2 == n_fds);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ProtocolMessage message;
    unsigned n_fds = size > 0 ? data[0] % (PROTOCOL_FDS_MAX + 1) : 0;

    if (size < 1 || size - 1 > sizeof message)
        return 0;
    memset(&message, 0xff, sizeof message); /* nothing ends that does not end by itself */
    memcpy(&message, data + 1, size - 1);
    if (protocol_check(&message, size - 1, n_fds) != 0)
        return 0;
    switch (message.header.type) {
    case PROTOCOL_GRANT:
    case PROTOCOL_STATE:
        check_holdings(&message, n_fds);
        break;
    case PROTOCOL_HELLO:
        demand(strlen(message.hello.program) < PROTOCOL_PROGRAM_MAX);
        demand(protocol_agree(&message.hello) <= PROTOCOL_MAX);
        break;
    case PROTOCOL_REFUSED:
        demand(strlen(message.refused.text) < PROTOCOL_TEXT_MAX);
        break;
    case PROTOCOL_STATUS_IS:
        demand(message.status.n_workers <= PROTOCOL_WORKERS_MAX);
        break;
    default:
        break;
    }
    return 0;
}
