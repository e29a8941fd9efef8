/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shared by session.c, the framing, and session_calls.c, what is asked of us. */

#pragma once

#include "launcher/nri/mux.h"
#include "launcher/nri/session.h"
#include "launcher/nri/ttrpc.h"

/* What came of a Synchronize in several parts is kept as messages until all is there. */
#define SESSION_SYNC_MAX (64u << 20) /* bytes */

struct Session {
    const SessionOps *ops;
    void *data;
    MuxReader mux;
    GByteArray *in[2]; /* of each connection, by its number minus 1: what is no whole frame yet */
    GByteArray *out;
    bool registered, synchronized;
    bool only_ro;      /* it is Docker */
    GPtrArray *parts;  /* of Nri__Synchronize; NULL between two */
    size_t parts_size; /* their bytes on the wire */
};

bool session_fail(GError **error, const char *sentence); /* false */
void session_send(Session *session, uint32_t connection, const TtrpcFrame *frame);
bool session_serve(Session *session, const TtrpcFrame *frame, GError **error);
void session_forget_sync(Session *session);
