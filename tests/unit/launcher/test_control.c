/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"
#include "launcher/control.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* A daemon that answers one request. */
typedef struct {
    char *run_dir;
    int listen_fd; /* -1: it is not there */
    const char *answer;
    size_t reads; /* of the request, before it answers */
    GString *heard;
    GThread *thread;
} Server;

static gpointer
serve(gpointer data)
{
    Server *server = data;
    autofd fd = accept(server->listen_fd, NULL, NULL);
    char byte;

    while (server->heard->len < server->reads && read(fd, &byte, 1) == 1) {
        g_string_append_c(server->heard, byte);
        if (g_str_has_suffix(server->heard->str, "\n\n"))
            break;
    }
    (void)send(fd, server->answer, strlen(server->answer), MSG_NOSIGNAL);
    return NULL;
}

static void
server_listen(Server *server)
{
    g_autofree char *path = folder_inside(server->run_dir, CONTROL_SOCKET);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
    server->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(server->listen_fd, 1), 0);
}

static void
server_start(Server *server, const char *answer, size_t reads)
{
    server_listen(server);
    server->answer = answer;
    server->reads = reads;
    server->thread = g_thread_new("server", serve, server);
}

static int
server_make(void **state)
{
    Server *server = g_new0(Server, 1);

    server->run_dir = folder_new();
    server->listen_fd = -1;
    server->heard = g_string_new(NULL);
    *state = server;
    return 0;
}

static int
server_remove(void **state)
{
    Server *server = *state;

    if (server->thread)
        g_thread_join(server->thread);
    fd_clear(&server->listen_fd);
    folder_remove(server->run_dir);
    g_string_free(server->heard, TRUE);
    g_free(server->run_dir);
    g_free(server);
    return 0;
}

static char *
ask(const Server *server, GError **error)
{
    GString *request = control_request("view");
    char *body;

    control_add(request, "id", "web");
    control_end(request);
    body = control_ask(server->run_dir, request, NULL, error);
    g_string_free(request, TRUE);
    return body;
}

static void
fails_with(const Server *server, ControlError code)
{
    g_autoptr(GError) error = NULL;

    assert_null(ask(server, &error));
    assert_true(g_error_matches(error, CONTROL_ERROR, (int)code));
}

static void
the_daemon_hears_the_request_and_its_body_comes_back(void **state)
{
    Server *server = *state;
    g_autofree char *body = NULL;

    server_start(server, "ok\nMemTotal: 1 kB\n", SIZE_MAX);
    body = ask(server, NULL);
    assert_string_equal(body, "MemTotal: 1 kB\n");
    assert_string_equal(server->heard->str, "view\nid=web\n\n");
}

static void
an_answer_may_be_longer_than_a_page(void **state)
{
    Server *server = *state;
    g_autofree char *line = g_strnfill(200000, 'x');
    g_autofree char *answer = g_strdup_printf("ok\n%s\n", line);
    g_autofree char *body = NULL;

    server_start(server, answer, SIZE_MAX);
    body = ask(server, NULL);
    assert_int_equal(strlen(body), 200001);
}

static void
without_a_socket_nobody_listens(void **state)
{
    fails_with(*state, CONTROL_ERROR_ABSENT);
}

static void
at_the_socket_of_a_dead_daemon_nobody_listens(void **state)
{
    Server *server = *state;

    server_listen(server);
    fd_clear(&server->listen_fd);
    fails_with(server, CONTROL_ERROR_ABSENT);
}

static void
a_path_too_long_for_a_socket_is_nobody(void **state)
{
    g_autofree char *long_name = g_strnfill(200, 'x');

    (void)state;
    fails_with(&(Server){.run_dir = long_name}, CONTROL_ERROR_ABSENT);
}

static void
a_refusal_is_heard_even_before_the_request_was_read(void **state)
{
    Server *server = *state;

    server_start(server, "error EPERM only root of the host may ask\n", 0);
    fails_with(server, CONTROL_ERROR_FORBIDDEN);
}

static void
a_daemon_that_says_nothing_is_not_believed(void **state)
{
    Server *server = *state;

    server_start(server, "", SIZE_MAX);
    fails_with(server, CONTROL_ERROR_PROTOCOL);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, server_make, server_remove)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(the_daemon_hears_the_request_and_its_body_comes_back),
        WITH_SERVER(an_answer_may_be_longer_than_a_page),
        WITH_SERVER(without_a_socket_nobody_listens),
        WITH_SERVER(at_the_socket_of_a_dead_daemon_nobody_listens),
        WITH_SERVER(a_path_too_long_for_a_socket_is_nobody),
        WITH_SERVER(a_refusal_is_heard_even_before_the_request_was_read),
        WITH_SERVER(a_daemon_that_says_nothing_is_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
