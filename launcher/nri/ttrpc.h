/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls over a connection, as containerd's ttrpc has them: a frame is a length, the number of the
 * call's stream, 32 bits each, big-endian, a type, flags, then so many bytes of a protobuf message
 * (containerd/ttrpc, PROTOCOL.md).  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TTRPC_MESSAGE_MAX (4u << 20) /* bytes; both sides refuse longer ones */

enum {
    TTRPC_REQUEST = 1,
    TTRPC_RESPONSE = 2,
    TTRPC_DATA = 3,
};

/* What a Status says, numbered as in gRPC. */
enum {
    TTRPC_OK = 0,
    TTRPC_UNIMPLEMENTED = 12,
};

typedef struct {
    uint32_t stream;
    uint8_t type;
    const uint8_t *data; /* borrowed */
    size_t len;
} TtrpcFrame;

/* The frame at the start of @data.  Returns how many bytes it has; 0 if there is more to come; -1
 * if it is longer than any may be. */
gssize ttrpc_read(const uint8_t *data, size_t len, TtrpcFrame *ret);

/* Appends @frame. */
void ttrpc_write(GByteArray *out, const TtrpcFrame *frame);
