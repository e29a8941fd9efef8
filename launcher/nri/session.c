/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/session_private.h"

#include "launcher/launch_error.h"
#include "launcher/nri/mux.h"
#include "launcher/nri/ttrpc.h"

#include <string.h>

#define RUNTIME_SERVICE "nri.pkg.api.v1alpha1.Runtime"
#define REGISTER_STREAM 1u

bool
session_fail(GError **error, const char *sentence)
{
    g_set_error_literal(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED, sentence);
    return false;
}

void
session_send(Session *session, uint32_t connection, const TtrpcFrame *frame)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    ttrpc_write(bytes, frame);
    mux_write(session->out, connection, bytes->data, bytes->len);
}

static void
say_who_we_are(Session *session, const char *name, const char *index)
{
    Nri__RegisterPlugin us = NRI__REGISTER_PLUGIN__INIT;
    Nri__Request request = NRI__REQUEST__INIT;
    g_autofree uint8_t *payload = NULL, *message = NULL;

    us.plugin_name = (char *)name;
    us.plugin_idx = (char *)index;
    us.nri_version = (char *)"0.12.0";
    payload = g_malloc(nri__register_plugin__get_packed_size(&us));
    request.service = (char *)RUNTIME_SERVICE;
    request.method = (char *)"RegisterPlugin";
    request.payload.data = payload;
    request.payload.len = nri__register_plugin__pack(&us, payload);
    message = g_malloc(nri__request__get_packed_size(&request));
    session_send(session, MUX_RUNTIME,
                 &(TtrpcFrame){REGISTER_STREAM, TTRPC_REQUEST, message,
                               nri__request__pack(&request, message)});
}

Session *
session_new(const char *name, const char *index, const SessionOps *ops, void *data)
{
    Session *session = g_new0(Session, 1);

    session->ops = ops;
    session->data = data;
    session->out = g_byte_array_new();
    session->in[MUX_PLUGIN - 1] = g_byte_array_new();
    session->in[MUX_RUNTIME - 1] = g_byte_array_new();
    say_who_we_are(session, name, index);
    return session;
}

void
session_free(Session *session)
{
    if (!session)
        return;
    session_forget_sync(session);
    g_byte_array_unref(session->out);
    for (size_t i = 0; i < G_N_ELEMENTS(session->in); i++)
        g_byte_array_unref(session->in[i]);
    g_free(session);
}

/* The answer to our only question. */
static bool
take_answer(Session *session, const TtrpcFrame *frame, GError **error)
{
    Nri__Response *response;
    bool good;

    if (frame->type != TTRPC_RESPONSE || frame->stream != REGISTER_STREAM || session->registered)
        return session_fail(error, "the runtime answers what was not asked");
    response = nri__response__unpack(NULL, frame->len, frame->data);
    if (!response)
        return session_fail(error, "the runtime's answer to the registration cannot be read");
    good = !response->status || response->status->code == TTRPC_OK;
    if (!good)
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED,
                    "the runtime refuses the registration: %s", response->status->message);
    nri__response__free_unpacked(response, NULL);
    session->registered = good;
    return good;
}

static bool
take_frame(Session *session, uint32_t connection, const TtrpcFrame *frame, GError **error)
{
    if (connection == MUX_RUNTIME)
        return take_answer(session, frame, error);
    if (frame->type != TTRPC_REQUEST)
        return session_fail(error, "the runtime sends frames that are no requests");
    return session_serve(session, frame, error);
}

static bool
take_frames(Session *session, uint32_t connection, GError **error)
{
    GByteArray *in = session->in[connection - 1];
    TtrpcFrame frame;
    gssize n;
    size_t used = 0;
    bool good = true;

    while (good && (n = ttrpc_read(in->data + used, in->len - used, &frame)) != 0) {
        if (n < 0)
            return session_fail(error, "the runtime announces a message that is too long");
        good = take_frame(session, connection, &frame, error);
        used += (size_t)n;
    }
    g_byte_array_remove_range(in, 0, (guint)used);
    return good;
}

bool
session_feed(Session *session, const uint8_t *data, size_t len, GError **error)
{
    MuxPiece piece;

    while (mux_read(&session->mux, &data, &len, &piece)) {
        /* What others of it there may be is not for us. */
        if (piece.connection != MUX_PLUGIN && piece.connection != MUX_RUNTIME)
            continue;
        g_byte_array_append(session->in[piece.connection - 1], piece.data, (guint)piece.len);
        if (!take_frames(session, piece.connection, error))
            return false;
    }
    return true;
}

GByteArray *
session_output(Session *session)
{
    return session->out;
}

bool
session_is_synchronized(const Session *session)
{
    return session->synchronized;
}

bool
session_is_waiting(const Session *session)
{
    return !session->synchronized || mux_is_midway(&session->mux) ||
           session->in[MUX_PLUGIN - 1]->len > 0 || session->in[MUX_RUNTIME - 1]->len > 0;
}
