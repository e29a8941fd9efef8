/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Several connections over one socket, as NRI has it: a frame is the number of the connection and
 * a length, 32 bits each, big-endian, then so many bytes of that connection (containerd/nri,
 * pkg/net/multiplex/mux.go).  A connection is not opened, it is just used.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUX_PLUGIN 1u  /* the connection on which the runtime asks us */
#define MUX_RUNTIME 2u /* on which we ask the runtime */

/* The runtime reads one frame into a buffer of that size: of a longer one it complains, drops the
 * connection, and the container starts without us. */
#define MUX_FRAME_MAX 4096u

/* How far we are in the frame that is being read; {0} at the start. */
typedef struct {
    uint8_t header[8];
    unsigned have; /* bytes of @header */
    uint32_t left; /* bytes of the frame that are still to come */
} MuxReader;

/* Bytes of one connection, borrowed. */
typedef struct {
    uint32_t connection;
    const uint8_t *data;
    size_t len;
} MuxPiece;

/* Takes bytes off *@data (*@len of them) until there is a piece; false if they are used up. */
bool mux_read(MuxReader *reader, const uint8_t **data, size_t *len, MuxPiece *ret);
/* True in the middle of a frame. */
bool mux_is_midway(const MuxReader *reader);

/* Appends @data as frames of @connection. */
void mux_write(GByteArray *out, uint32_t connection, const uint8_t *data, size_t len);
