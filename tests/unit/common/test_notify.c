/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"
#include "common/notify.h"
#include "tests/unit/cmocka.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Listens where systemd would; @name is abstract, without its leading NUL. */
static int
listen_on(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(address.sun_path + 1, name, strlen(name));
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))),
                     0);
    return fd;
}

static void
the_state_arrives_as_one_datagram(void **state)
{
    g_autofree char *name = g_strdup_printf("ownproc-test-%d", (int)getpid());
    g_autofree char *address = g_strdup_printf("@%s", name);
    autofd fd = listen_on(name);
    char text[32] = "";

    (void)state;
    g_setenv("NOTIFY_SOCKET", address, TRUE);
    assert_true(notify_send("READY=1", NULL));
    assert_int_equal(recv(fd, text, sizeof text - 1, MSG_DONTWAIT), 7);
    assert_string_equal(text, "READY=1");
}

static void
without_a_socket_nothing_happens(void **state)
{
    (void)state;
    g_unsetenv("NOTIFY_SOCKET");
    assert_true(notify_send("READY=1", NULL));
}

static void
a_socket_nobody_listens_on_is_an_error(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    g_setenv("NOTIFY_SOCKET", "/nonexistent/notify", TRUE);
    assert_false(notify_send("READY=1", &error));
    assert_non_null(strstr(error->message, "/nonexistent/notify"));
}

static void
an_address_that_does_not_fit_is_refused(void **state)
{
    g_autofree char *address = g_strnfill(200, 'x');
    g_autoptr(GError) error = NULL;

    (void)state;
    address[0] = '/';
    g_setenv("NOTIFY_SOCKET", address, TRUE);
    assert_false(notify_send("READY=1", &error));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_arrives_as_one_datagram),
        cmocka_unit_test(without_a_socket_nothing_happens),
        cmocka_unit_test(a_socket_nobody_listens_on_is_an_error),
        cmocka_unit_test(an_address_that_does_not_fit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
