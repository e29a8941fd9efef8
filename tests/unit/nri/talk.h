/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plays a runtime to a session, and remembers what it told. */

#pragma once

#include "launcher/nri/session.h"

typedef struct {
    Session *session;
    GString *told;    /* a line for each call of the session's ops */
    GPtrArray *binds; /* what create() answers; NULL: nothing */
    uint32_t stream;
} Talk;

void talk_begin(Talk *talk);
void talk_end(Talk *talk);

/* One request of @method; its answer's payload, and what its status says to @ret_code, 0 for none.
 * The caller frees. */
GByteArray *talk_ask(Talk *talk, const char *method, const GByteArray *payload, int *ret_code);
/* Bytes of the connection on which the runtime asks, as one frame. */
bool talk_feed(Talk *talk, uint32_t connection, const GByteArray *bytes, GError **error);
/* The request as ttrpc frames it. */
GByteArray *talk_request(uint32_t stream, const char *method, const GByteArray *payload);

/* A message as bytes; the caller frees. */
GByteArray *talk_pack(const ProtobufCMessage *message);
