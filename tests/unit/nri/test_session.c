/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/bind_list.h"
#include "launcher/nri/binds.h"
#include "launcher/nri/mux.h"
#include "launcher/nri/ttrpc.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/nri/talk.h"

#include <string.h>

static int
setup(void **state)
{
    *state = g_new0(Talk, 1);
    talk_begin(*state);
    return 0;
}

static int
teardown(void **state)
{
    talk_end(*state);
    g_free(*state);
    return 0;
}

static GByteArray *
event_of(const char *id, uint32_t pid)
{
    Nri__ContainerEvent event = NRI__CONTAINER_EVENT__INIT;
    Nri__Pod pod = NRI__POD__INIT;
    Nri__Container container = NRI__CONTAINER__INIT;

    pod.id = (char *)"pod";
    pod.name = (char *)"web";
    pod.namespace_ = (char *)"default";
    container.id = container.name = (char *)id;
    container.pod_sandbox_id = pod.id;
    container.pid = pid;
    event.pod = &pod;
    event.container = &container;
    return talk_pack(&event.base);
}

static GByteArray *
change_of(int number, const char *id)
{
    Nri__StateChange change = NRI__STATE_CHANGE__INIT;
    Nri__Container container = NRI__CONTAINER__INIT;

    container.id = (char *)id;
    change.event = number;
    change.container = id ? &container : NULL;
    return talk_pack(&change.base);
}

static bool
everything(const void *data, const char *file)
{
    (void)data;
    (void)file;
    return true;
}

static GPtrArray *
some_binds(unsigned n)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(list, g_strdup("/run/ownproc/containers/web"));
    for (unsigned i = 0; i < n; i++)
        g_ptr_array_add(list, g_strdup_printf("proc/file%u", i));
    return binds_of(list, everything, NULL);
}

static Nri__Created *
create(Talk *talk)
{
    g_autoptr(GByteArray) event = event_of("main", 0), answer = NULL;
    Nri__Created *created;
    int code;

    answer = talk_ask(talk, "CreateContainer", event, &code);
    assert_int_equal(code, 0);
    created = nri__created__unpack(NULL, answer->len, answer->data);
    assert_non_null(created);
    return created;
}

static void
configure(Talk *talk, const char *name)
{
    Nri__Configure message = NRI__CONFIGURE__INIT;
    Nri__Configured *configured;
    g_autoptr(GByteArray) payload = NULL, answer = NULL;

    message.runtime_name = (char *)name;
    message.runtime_version = (char *)"1";
    message.config = (char *)"text";
    payload = talk_pack(&message.base);
    answer = talk_ask(talk, "Configure", payload, NULL);
    configured = nri__configured__unpack(NULL, answer->len, answer->data);
    assert_non_null(configured);
    /* create, post-start, stop, remove */
    assert_int_equal(configured->events, 0x8 | 0x40 | 0x200 | 0x400);
    nri__configured__free_unpacked(configured, NULL);
}

static void
the_first_thing_said_is_who_we_are(void **state)
{
    Talk *talk = *state;
    GByteArray *out = session_output(talk->session);
    const uint8_t *data = out->data;
    size_t len = out->len;
    MuxReader reader = {0};
    MuxPiece piece;
    TtrpcFrame frame;
    Nri__Request *request;
    Nri__RegisterPlugin *us;

    assert_true(mux_read(&reader, &data, &len, &piece));
    assert_int_equal(piece.connection, MUX_RUNTIME);
    assert_int_equal(ttrpc_read(piece.data, piece.len, &frame), (int)piece.len);
    assert_int_equal(frame.type, TTRPC_REQUEST);
    assert_int_equal(frame.stream & 1, 1);
    request = nri__request__unpack(NULL, frame.len, frame.data);
    assert_string_equal(request->service, "nri.pkg.api.v1alpha1.Runtime");
    assert_string_equal(request->method, "RegisterPlugin");
    us = nri__register_plugin__unpack(NULL, request->payload.len, request->payload.data);
    assert_string_equal(us->plugin_name, "ownproc");
    assert_string_equal(us->plugin_idx, "90");
    nri__register_plugin__free_unpacked(us, NULL);
    nri__request__free_unpacked(request, NULL);
}

static void
a_refused_registration_ends_the_connection(void **state)
{
    Nri__Response response = NRI__RESPONSE__INIT;
    Nri__Status status = NRI__STATUS__INIT;
    g_autoptr(GByteArray) message = NULL, frame = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    status.code = 3;
    status.message = (char *)"invalid index";
    response.status = &status;
    message = talk_pack(&response.base);
    ttrpc_write(frame, &(TtrpcFrame){1, TTRPC_RESPONSE, message->data, message->len});
    assert_false(talk_feed(*state, MUX_RUNTIME, frame, &error));
    assert_string_equal(error->message, "the runtime refuses the registration: invalid index");
}

static void
configuration_and_events_reach_whoever_decides(void **state)
{
    Talk *talk = *state;
    static const char *const calls[] = {"PostStartContainer", "StopContainer", "RemoveContainer"};

    configure(talk, "containerd");
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_autoptr(GByteArray) event = event_of("main", 7), answer = NULL;
        int code;

        answer = talk_ask(talk, calls[i], event, &code);
        assert_int_equal(code, 0);
        assert_int_equal(answer->len, 0);
    }
    assert_string_equal(talk->told->str, "configured containerd 1 'text'\n"
                                         "started default/web/main 7\n"
                                         "stopped default/web/main\n"
                                         "removed default/web/main\n");
}

static void
older_runtimes_tell_the_same_by_StateChange(void **state)
{
    Talk *talk = *state;

    for (int number = 1; number <= 15; number++) {
        g_autoptr(GByteArray) change = change_of(number, "c"), answer = NULL;
        int code;

        answer = talk_ask(talk, "StateChange", change, &code);
        assert_int_equal(code, 0);
    }
    assert_string_equal(talk->told->str, "started c 0\nstopped c\nremoved c\n");
}

static void
events_of_pods_and_unknown_ones_are_passed_over(void **state)
{
    Talk *talk = *state;
    g_autoptr(GByteArray) pod = change_of(1, NULL), unknown = change_of(4711, "c"), one = NULL,
                          other = NULL;

    one = talk_ask(talk, "StateChange", pod, NULL);
    other = talk_ask(talk, "StateChange", unknown, NULL);
    assert_string_equal(talk->told->str, "");
}

static void
a_call_that_we_do_not_know_is_unimplemented(void **state)
{
    g_autoptr(GByteArray) answer = NULL;
    int code;

    answer = talk_ask(*state, "MakeCoffee", NULL, &code);
    assert_int_equal(code, TTRPC_UNIMPLEMENTED);
}

static void
a_split_list_of_containers_is_put_together(void **state)
{
    Talk *talk = *state;
    Nri__Synchronize part = NRI__SYNCHRONIZE__INIT;
    Nri__Pod pod = NRI__POD__INIT, *pods[] = {&pod};
    Nri__Container container = NRI__CONTAINER__INIT, *containers[] = {&container};
    g_autoptr(GByteArray) first = NULL, last = NULL, one = NULL, other = NULL;

    container.id = container.name = (char *)"main";
    container.pod_sandbox_id = pod.id = (char *)"pod";
    pod.name = (char *)"web";
    pod.namespace_ = (char *)"default";
    part.n_containers = 1;
    part.containers = containers;
    part.more = true;
    first = talk_pack(&part.base);
    one = talk_ask(talk, "Synchronize", first, NULL);
    assert_int_equal(one->len, 2); /* "more" is said back */
    assert_string_equal(talk->told->str, "");
    assert_false(session_is_synchronized(talk->session));

    part.n_containers = 0;
    part.n_pods = 1;
    part.pods = pods;
    part.more = false;
    last = talk_pack(&part.base);
    other = talk_ask(talk, "Synchronize", last, NULL);
    assert_int_equal(other->len, 0);
    assert_string_equal(talk->told->str, "synchronized default/web/main\n");
    assert_true(session_is_synchronized(talk->session));
}

static void
mounts_are_read_only_and_harmless(void **state)
{
    Talk *talk = *state;
    Nri__Created *created;
    const Nri__Mount *mount;
    static const char *const options[] = {"ro", "bind", "nosuid", "nodev", "noexec"};

    talk->binds = some_binds(2);
    created = create(talk);
    assert_int_equal(created->adjust->n_mounts, 2);
    mount = created->adjust->mounts[1];
    assert_string_equal(mount->destination, "/proc/file1");
    assert_string_equal(mount->source, "/run/ownproc/containers/web/proc/file1");
    assert_string_equal(mount->type, "bind");
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        assert_string_equal(mount->options[i], options[i]);
    nri__created__free_unpacked(created, NULL);
}

static void
Docker_is_told_no_option_that_it_does_not_know(void **state)
{
    Talk *talk = *state;
    Nri__Created *created;

    configure(talk, "docker");
    talk->binds = some_binds(1);
    created = create(talk);
    assert_int_equal(created->adjust->mounts[0]->n_options, 1);
    assert_string_equal(created->adjust->mounts[0]->options[0], "ro");
    nri__created__free_unpacked(created, NULL);
}

static void
an_answer_that_is_long_goes_in_short_frames(void **state)
{
    Talk *talk = *state;
    GByteArray *out = session_output(talk->session);
    g_autoptr(GByteArray) event = event_of("main", 0),
                          request = talk_request(1, "CreateContainer", event);
    unsigned frames = 0;

    talk->binds = some_binds(500);
    g_byte_array_set_size(out, 0);
    assert_true(talk_feed(talk, MUX_PLUGIN, request, NULL));
    for (guint at = 0; at < out->len; frames++) {
        guint len = ((guint)out->data[at + 6] << 8) + out->data[at + 7];

        assert_int_equal(out->data[at + 4] + out->data[at + 5], 0);
        assert_true(len <= 4096);
        at += 8 + len;
    }
    assert_true(frames > 10);
}

static void
nothing_to_mount_is_an_empty_answer(void **state)
{
    Nri__Created *created = create(*state);

    assert_null(created->adjust);
    nri__created__free_unpacked(created, NULL);
}

static void
a_container_that_cannot_be_read_starts_as_it_is(void **state)
{
    Talk *talk = *state;
    g_autoptr(GByteArray) garbage = g_byte_array_new(), answer = NULL;
    int code;

    g_byte_array_append(garbage, (const guint8 *)"\x0a\xff\xff\xff", 4);
    answer = talk_ask(talk, "CreateContainer", garbage, &code);
    assert_int_equal(code, 0);
    assert_int_equal(answer->len, 0);
    assert_string_equal(
        talk->told->str,
        "baffled: a container that is created cannot be read: it is left as it is\n");
}

static void
requests_may_come_byte_by_byte_and_several_at_once(void **state)
{
    Talk *talk = *state;
    g_autoptr(GByteArray) change = change_of(7, "c"),
                          request = talk_request(1, "StateChange", change),
                          trunk = g_byte_array_new(), twice = g_byte_array_new();

    for (guint i = 0; i < request->len; i++)
        mux_write(trunk, MUX_PLUGIN, request->data + i, 1);
    for (guint i = 0; i < trunk->len; i++) {
        assert_true(session_is_waiting(talk->session));
        assert_true(session_feed(talk->session, trunk->data + i, 1, NULL));
    }
    assert_string_equal(talk->told->str, "started c 0\n");
    g_byte_array_append(twice, request->data, request->len);
    g_byte_array_append(twice, request->data, request->len);
    assert_true(talk_feed(talk, MUX_PLUGIN, twice, NULL));
    assert_string_equal(talk->told->str, "started c 0\nstarted c 0\nstarted c 0\n");
}

static void
a_message_that_is_too_long_ends_the_connection(void **state)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    g_byte_array_append(bytes, (const guint8 *)"\x00\x40\x00\x01\x00\x00\x00\x01\x01\x00", 10);
    assert_false(talk_feed(*state, MUX_PLUGIN, bytes, &error));
    assert_string_equal(error->message, "the runtime announces a message that is too long");
}

static void
other_connections_are_none_of_our_business(void **state)
{
    Talk *talk = *state;
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    g_byte_array_append(bytes, (const guint8 *)"\xff\xff\xff\xff", 4);
    assert_true(talk_feed(talk, 3, bytes, NULL));
    assert_string_equal(talk->told->str, "");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_first_thing_said_is_who_we_are),
        CASE(a_refused_registration_ends_the_connection),
        CASE(configuration_and_events_reach_whoever_decides),
        CASE(older_runtimes_tell_the_same_by_StateChange),
        CASE(events_of_pods_and_unknown_ones_are_passed_over),
        CASE(a_call_that_we_do_not_know_is_unimplemented),
        CASE(a_split_list_of_containers_is_put_together),
        CASE(mounts_are_read_only_and_harmless),
        CASE(Docker_is_told_no_option_that_it_does_not_know),
        CASE(an_answer_that_is_long_goes_in_short_frames),
        CASE(nothing_to_mount_is_an_empty_answer),
        CASE(a_container_that_cannot_be_read_starts_as_it_is),
        CASE(requests_may_come_byte_by_byte_and_several_at_once),
        CASE(a_message_that_is_too_long_ends_the_connection),
        CASE(other_connections_are_none_of_our_business),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
