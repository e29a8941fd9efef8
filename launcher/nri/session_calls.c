/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/nri/session_private.h"

#include "launcher/nri/binds.h"

#include <string.h>

/* Events are subscribed to by bits, 1 << (number - 1); older runtimes refuse bits that they do not
 * know (pkg/api/api.proto). */
enum {
    EVENT_CREATE = 4,
    EVENT_POST_START = 7,
    EVENT_STOP = 10,
    EVENT_REMOVE = 11,
};
#define BIT(event) (1 << ((event)-1))
#define EVENTS (BIT(EVENT_CREATE) | BIT(EVENT_POST_START) | BIT(EVENT_STOP) | BIT(EVENT_REMOVE))

/* A call: what it is given, and what it answers, which the caller frees; NULL is an empty message.
 */
typedef GByteArray *(*Call)(Session *session, const ProtobufCBinaryData *payload);

static void
baffle(Session *session, const char *sentence)
{
    session->ops->baffled(session->data, sentence);
}

static GByteArray *
call_configure(Session *session, const ProtobufCBinaryData *payload)
{
    Nri__Configure *message = nri__configure__unpack(NULL, payload->len, payload->data);
    Nri__Configured answer = NRI__CONFIGURED__INIT;
    GByteArray *bytes = g_byte_array_new();

    if (message) {
        session->only_ro = strcmp(message->runtime_name, "docker") == 0;
        session->ops->configured(
            session->data,
            &(SessionRuntime){message->runtime_name, message->runtime_version, message->config});
        nri__configure__free_unpacked(message, NULL);
    } else {
        baffle(session, "the runtime's configuration cannot be read");
    }
    answer.events = EVENTS;
    g_byte_array_set_size(bytes, (guint)nri__configured__get_packed_size(&answer));
    (void)nri__configured__pack(&answer, bytes->data);
    return bytes;
}

static void
free_part(gpointer data)
{
    nri__synchronize__free_unpacked(data, NULL);
}

void
session_forget_sync(Session *session)
{
    g_clear_pointer(&session->parts, g_ptr_array_unref);
    session->parts_size = 0;
}

/* Pods by their ids, of all parts: a container's need not be in the same part. */
static GHashTable *
pods_of(const GPtrArray *parts)
{
    GHashTable *pods = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint p = 0; p < parts->len; p++) {
        const Nri__Synchronize *part = parts->pdata[p];

        for (size_t i = 0; i < part->n_pods; i++)
            g_hash_table_insert(pods, part->pods[i]->id, part->pods[i]);
    }
    return pods;
}

static void
deliver(Session *session)
{
    g_autoptr(GHashTable) pods = pods_of(session->parts);
    g_autoptr(GPtrArray) subjects = g_ptr_array_new_with_free_func((GDestroyNotify)subject_free);

    for (guint p = 0; p < session->parts->len; p++) {
        const Nri__Synchronize *part = session->parts->pdata[p];

        for (size_t i = 0; i < part->n_containers; i++) {
            const Nri__Container *container = part->containers[i];
            Subject *subject =
                subject_new(g_hash_table_lookup(pods, container->pod_sandbox_id), container);

            if (subject)
                g_ptr_array_add(subjects, subject);
        }
    }
    session->synchronized = true;
    session->ops->synchronized(session->data, subjects);
}

/* "More" is said back, or the runtime takes us for one that knows no parts, and drops us. */
static GByteArray *
answer_more(bool more)
{
    Nri__Synchronized answer = NRI__SYNCHRONIZED__INIT;
    GByteArray *bytes = g_byte_array_new();

    answer.more = more;
    g_byte_array_set_size(bytes, (guint)nri__synchronized__get_packed_size(&answer));
    if (bytes->len > 0)
        (void)nri__synchronized__pack(&answer, bytes->data);
    return bytes;
}

static GByteArray *
call_synchronize(Session *session, const ProtobufCBinaryData *payload)
{
    Nri__Synchronize *part = nri__synchronize__unpack(NULL, payload->len, payload->data);
    bool more = part && part->more;

    if (!session->parts)
        session->parts = g_ptr_array_new_with_free_func(free_part);
    session->parts_size += payload->len;
    if (!part)
        baffle(session, "the runtime's list of containers cannot be read");
    else if (session->parts_size > SESSION_SYNC_MAX) {
        baffle(session, "the runtime's list of containers is too long");
        free_part(part);
    } else {
        g_ptr_array_add(session->parts, part);
    }
    if (!more) {
        deliver(session);
        session_forget_sync(session);
    }
    return answer_more(more);
}

/* A container that cannot be read is left as it is: an error would keep it from starting. */
static GByteArray *
call_create(Session *session, const ProtobufCBinaryData *payload)
{
    Nri__ContainerEvent *event = nri__container_event__unpack(NULL, payload->len, payload->data);
    g_autoptr(Subject) subject = event ? subject_new(event->pod, event->container) : NULL;
    g_autoptr(GPtrArray) binds = NULL;

    if (event)
        nri__container_event__free_unpacked(event, NULL);
    if (!subject) {
        baffle(session, "a container that is created cannot be read: it is left as it is");
        return NULL;
    }
    binds = session->ops->create(session->data, subject);
    return binds_answer(binds, session->only_ro);
}

/* Which of @ops an event is for; those that are not here are none of our business. */
static void
tell(Session *session, int event, Subject *subject)
{
    switch (event) {
    case EVENT_POST_START:
        session->ops->started(session->data, subject);
        break;
    case EVENT_STOP:
        session->ops->stopped(session->data, subject);
        break;
    case EVENT_REMOVE:
        session->ops->removed(session->data, subject);
        break;
    default:
        break;
    }
}

static void
take_event(Session *session, int event, const ProtobufCBinaryData *payload)
{
    Nri__ContainerEvent *message = nri__container_event__unpack(NULL, payload->len, payload->data);
    g_autoptr(Subject) subject = message ? subject_new(message->pod, message->container) : NULL;

    if (message)
        nri__container_event__free_unpacked(message, NULL);
    if (subject)
        tell(session, event, subject);
    else
        baffle(session, "an event of a container cannot be read");
}

static GByteArray *
call_started(Session *session, const ProtobufCBinaryData *payload)
{
    take_event(session, EVENT_POST_START, payload);
    return NULL;
}

static GByteArray *
call_stop(Session *session, const ProtobufCBinaryData *payload)
{
    take_event(session, EVENT_STOP, payload);
    return NULL;
}

static GByteArray *
call_remove(Session *session, const ProtobufCBinaryData *payload)
{
    take_event(session, EVENT_REMOVE, payload);
    return NULL;
}

/* Events of pods have no container, and there may be events that we have never heard of. */
static GByteArray *
call_state_change(Session *session, const ProtobufCBinaryData *payload)
{
    Nri__StateChange *change = nri__state_change__unpack(NULL, payload->len, payload->data);
    g_autoptr(Subject) subject = change ? subject_new(change->pod, change->container) : NULL;

    if (!change) {
        baffle(session, "an event cannot be read");
        return NULL;
    }
    if (subject)
        tell(session, change->event, subject);
    nri__state_change__free_unpacked(change, NULL);
    return NULL;
}

/* Of calls that are missing we say so: runtimes know what to do then. */
static const struct {
    const char *method;
    Call call;
} calls[] = {
    {"Configure", call_configure},      {"Synchronize", call_synchronize},
    {"CreateContainer", call_create},   {"PostStartContainer", call_started},
    {"StopContainer", call_stop},       {"RemoveContainer", call_remove},
    {"StateChange", call_state_change}, {"Shutdown", NULL},
    {"UpdateContainer", NULL},          {"RunPodSandbox", NULL},
    {"StopPodSandbox", NULL},           {"RemovePodSandbox", NULL},
    {"PostCreateContainer", NULL},      {"StartContainer", NULL},
    {"PostUpdateContainer", NULL},      {"UpdatePodSandbox", NULL},
    {"PostUpdatePodSandbox", NULL},
};

static void
answer(Session *session, uint32_t stream, const GByteArray *payload, Nri__Status *status)
{
    Nri__Response response = NRI__RESPONSE__INIT;
    g_autofree uint8_t *message = NULL;

    response.status = status;
    if (payload)
        response.payload = (ProtobufCBinaryData){payload->len, payload->data};
    message = g_malloc(nri__response__get_packed_size(&response) + 1); /* which may be 0 */
    session_send(
        session, MUX_PLUGIN,
        &(TtrpcFrame){stream, TTRPC_RESPONSE, message, nri__response__pack(&response, message)});
}

bool
session_serve(Session *session, const TtrpcFrame *frame, GError **error)
{
    Nri__Request *request = nri__request__unpack(NULL, frame->len, frame->data);
    Nri__Status unimplemented = NRI__STATUS__INIT;
    g_autoptr(GByteArray) payload = NULL;
    size_t i = 0;

    if (!request)
        return session_fail(error, "a request of the runtime cannot be read");
    while (i < G_N_ELEMENTS(calls) && strcmp(calls[i].method, request->method) != 0)
        i++;
    if (i < G_N_ELEMENTS(calls)) {
        if (calls[i].call)
            payload = calls[i].call(session, &request->payload);
        answer(session, frame->stream, payload, NULL);
    } else {
        unimplemented.code = TTRPC_UNIMPLEMENTED;
        unimplemented.message = (char *)"not implemented";
        answer(session, frame->stream, NULL, &unimplemented);
    }
    nri__request__free_unpacked(request, NULL);
    return true;
}
