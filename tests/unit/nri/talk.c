/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/nri/talk.h"

#include "launcher/nri/mux.h"
#include "launcher/nri/ttrpc.h"

static void
configured(void *data, const SessionRuntime *runtime)
{
    g_string_append_printf(((Talk *)data)->told, "configured %s %s '%s'\n", runtime->name,
                           runtime->version, runtime->config);
}

static void
synchronized(void *data, const GPtrArray *subjects)
{
    Talk *talk = data;

    g_string_append(talk->told, "synchronized");
    for (guint i = 0; i < subjects->len; i++)
        g_string_append_printf(talk->told, " %s", ((Subject *)subjects->pdata[i])->name);
    g_string_append_c(talk->told, '\n');
}

static GPtrArray *
create(void *data, Subject *subject)
{
    Talk *talk = data;

    g_string_append_printf(talk->told, "create %s\n", subject->name);
    return talk->binds ? g_ptr_array_ref(talk->binds) : NULL;
}

static void
started(void *data, Subject *subject)
{
    g_string_append_printf(((Talk *)data)->told, "started %s %d\n", subject->name, subject->pid);
}

static void
stopped(void *data, const Subject *subject)
{
    g_string_append_printf(((Talk *)data)->told, "stopped %s\n", subject->name);
}

static void
removed(void *data, const Subject *subject)
{
    g_string_append_printf(((Talk *)data)->told, "removed %s\n", subject->name);
}

static void
baffled(void *data, const char *sentence)
{
    g_string_append_printf(((Talk *)data)->told, "baffled: %s\n", sentence);
}

static const SessionOps ops = {configured, synchronized, create, started,
                               stopped,    removed,      baffled};

void
talk_begin(Talk *talk)
{
    *talk = (Talk){.told = g_string_new(NULL)};
    talk->session = session_new("ownproc", "90", &ops, talk);
}

void
talk_end(Talk *talk)
{
    session_free(talk->session);
    g_string_free(talk->told, TRUE);
    g_clear_pointer(&talk->binds, g_ptr_array_unref);
}

GByteArray *
talk_pack(const ProtobufCMessage *message)
{
    GByteArray *bytes = g_byte_array_new();

    g_byte_array_set_size(bytes, (guint)protobuf_c_message_get_packed_size(message));
    if (bytes->len > 0)
        (void)protobuf_c_message_pack(message, bytes->data);
    return bytes;
}

GByteArray *
talk_request(uint32_t stream, const char *method, const GByteArray *payload)
{
    Nri__Request request = NRI__REQUEST__INIT;
    g_autoptr(GByteArray) message = NULL;
    GByteArray *frame = g_byte_array_new();

    request.service = (char *)"nri.pkg.api.v1alpha1.Plugin";
    request.method = (char *)method;
    if (payload)
        request.payload = (ProtobufCBinaryData){payload->len, payload->data};
    message = talk_pack(&request.base);
    ttrpc_write(frame, &(TtrpcFrame){stream, TTRPC_REQUEST, message->data, message->len});
    return frame;
}

bool
talk_feed(Talk *talk, uint32_t connection, const GByteArray *bytes, GError **error)
{
    g_autoptr(GByteArray) trunk = g_byte_array_new();

    mux_write(trunk, connection, bytes->data, bytes->len);
    return session_feed(talk->session, trunk->data, trunk->len, error);
}

/* The payload of connection 1 in all that was sent. */
static GByteArray *
sent(Talk *talk)
{
    GByteArray *out = session_output(talk->session), *bytes = g_byte_array_new();
    const uint8_t *data = out->data;
    size_t len = out->len;
    MuxReader reader = {0};
    MuxPiece piece;

    while (mux_read(&reader, &data, &len, &piece))
        if (piece.connection == MUX_PLUGIN)
            g_byte_array_append(bytes, piece.data, (guint)piece.len);
    g_byte_array_set_size(out, 0);
    return bytes;
}

GByteArray *
talk_ask(Talk *talk, const char *method, const GByteArray *payload, int *ret_code)
{
    g_autoptr(GByteArray) request = talk_request(talk->stream += 2, method, payload), bytes = NULL;
    GByteArray *answer = g_byte_array_new();
    Nri__Response *response;
    TtrpcFrame frame;

    g_byte_array_set_size(session_output(talk->session), 0);
    g_assert_true(talk_feed(talk, MUX_PLUGIN, request, NULL));
    bytes = sent(talk);
    g_assert_cmpint(ttrpc_read(bytes->data, bytes->len, &frame), ==, bytes->len);
    g_assert_cmpint(frame.type, ==, TTRPC_RESPONSE);
    g_assert_cmpint(frame.stream, ==, talk->stream);
    response = nri__response__unpack(NULL, frame.len, frame.data);
    g_assert_nonnull(response);
    g_byte_array_append(answer, response->payload.data, (guint)response->payload.len);
    if (ret_code)
        *ret_code = response->status ? response->status->code : 0;
    nri__response__free_unpacked(response, NULL);
    return answer;
}
