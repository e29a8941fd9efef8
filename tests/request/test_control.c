/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the control socket answers on a machine in a folder. */

#include "fs/control/server.h"
#include "tests/request/machine.h"
#include "tests/unit/cmocka.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    Machine *machine;
    ControlConfig config;
} Fixture;

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->machine = machine_new();
    fixture->config = (ControlConfig){&fixture->machine->server, "/run/x/containers", machine_now};
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    machine_free(fixture->machine);
    g_free(fixture);
    return 0;
}

/* @lines without the empty one; the caller frees. */
static char *
answer_to(const Fixture *fixture, const char *lines)
{
    g_autofree char *request = g_strconcat(lines, "\n\n", NULL);
    GString *answer = control_answer(&fixture->config, request, strlen(request));

    return g_string_free(answer, FALSE);
}

static void
answers(const Fixture *fixture, const char *lines, const char *expected)
{
    g_autofree char *answer = answer_to(fixture, lines);

    assert_string_equal(answer, expected);
}

/* @start: "error EEXIST"; the sentence behind it is for people. */
static void
refuses(const Fixture *fixture, const char *lines, const char *start)
{
    g_autofree char *answer = answer_to(fixture, lines);

    if (!g_str_has_prefix(answer, start) || answer[strlen(start)] != ' ')
        assert_string_equal(answer, start);
    assert_true(g_str_has_suffix(answer, "\n") && strchr(answer, '\n')[1] == '\0');
}

static const char *
path_of(const Fixture *fixture, const char *name)
{
    g_autoptr(Registered) registered = registry_find_name(fixture->machine->registry, name);

    return registered ? g_intern_string(registered->paths.unified) : NULL;
}

static void
who_is_registered_is_told_where(void **state)
{
    answers(*state, "register\nid=one\npid=201", "ok\npath=/run/x/containers/one\n");
    assert_string_equal(path_of(*state, "one"), "/a");
    answers(*state, "register\nid=two\ncgroup=/b", "ok\npath=/run/x/containers/two\n");
    assert_string_equal(path_of(*state, "two"), "/b");
    answers(*state, "register\nid=three\ncgroup.memory=/b/c", "ok\npath=/run/x/containers/three\n");
    assert_string_equal(path_of(*state, "three"), "/b/c");
}

static void
what_was_said_is_said_again_without_harm(void **state)
{
    answers(*state, "register\nid=one\npid=201", "ok\npath=/run/x/containers/one\n");
    answers(*state, "register\nid=one\ncgroup=/a", "ok\npath=/run/x/containers/one\n");
    answers(*state, "unregister\nid=one", "ok\n");
    refuses(*state, "unregister\nid=one", "error ENOENT");
}

static void
what_cannot_be_registered_is_refused(void **state)
{
    answers(*state, "register\nid=one\npid=201", "ok\npath=/run/x/containers/one\n");
    refuses(*state, "register\nid=one\npid=301", "error EEXIST");
    refuses(*state, "register\nid=gone\npid=999", "error ESRCH");
    refuses(*state, "register\nid=host\npid=100", "error EINVAL");
    refuses(*state, "register\nid=root\ncgroup=/", "error EINVAL");
    refuses(*state, "register\nid=../x\npid=201", "error EINVAL");
    refuses(*state, "register\nid=none\ncgroup.devices=/a\ncgroup.freezer=/b", "error EINVAL");
}

static void
a_view_is_the_containers(void **state)
{
    g_autofree char *own = NULL, *of_pid = NULL, *of_host = NULL;

    answers(*state, "register\nid=one\npid=201", "ok\npath=/run/x/containers/one\n");
    own = answer_to(*state, "view\nid=one\nfile=proc/meminfo");
    of_pid = answer_to(*state, "view\npid=301\nfile=proc/meminfo");
    of_host = answer_to(*state, "view\npid=100\nfile=proc/uptime");
    assert_true(g_str_has_prefix(own, "ok\nMemTotal:         262144 kB\n"));
    assert_true(g_str_has_prefix(of_pid, "ok\nMemTotal:         524288 kB\n"));
    assert_string_equal(of_host, "ok\n5000.00 9000.00\n");
    answers(*state, "view\nid=one\nfile=sys/devices/system/cpu/online", "ok\n0\n");
    answers(*state, "view\nid=one\nfile=sys/devices/system/cpu/cpu0/online", "ok\n1\n");
}

static void
what_cannot_be_viewed_is_refused(void **state)
{
    refuses(*state, "view\nid=one\nfile=proc/meminfo", "error ENOENT");
    refuses(*state, "view\npid=999\nfile=proc/meminfo", "error ESRCH");
    refuses(*state, "view\npid=201\nfile=proc/version", "error ENOENT");
    refuses(*state, "view\npid=201\nfile=sys/devices/system/cpu/cpu01/online", "error ENOENT");
    refuses(*state, "view\npid=201\nfile=sys/devices/system/cpu/cpu7/online", "error ESTALE");
    answers(*state, "register\nid=soon\ncgroup=/soon", "ok\npath=/run/x/containers/soon\n");
    refuses(*state, "view\nid=soon\nfile=proc/meminfo", "error ESTALE");
}

static void
a_list_has_limits_and_use(void **state)
{
    answers(*state, "register\nid=one\npid=201", "ok\npath=/run/x/containers/one\n");
    answers(*state, "register\nid=soon\ncgroup=/so%20on", "ok\npath=/run/x/containers/soon\n");
    answers(*state, "list",
            "ok\n"
            "id=one\nname=one\ncgroup=/a\ncpus=1\nmemory_limit=268435456\nmemory_used=1048576\n"
            "swap_limit=max\nswap_used=0\nreads=0\nsnapshots=0\nregistered=yes\nstate=live\n\n"
            "id=soon\nname=soon\ncgroup=/so%20on\nregistered=yes\nstate=pending\n");
}

static void
who_was_only_served_is_listed_by_his_number(void **state)
{
    g_autofree char *served = answer_to(*state, "view\npid=301\nfile=proc/meminfo");

    assert_true(g_str_has_prefix(served, "ok\n"));
    answers(*state, "list",
            "ok\n"
            "id=1\nname=\ncgroup=/b\ncpus=1\nmemory_limit=536870912\nmemory_used=1048576\n"
            "swap_limit=max\nswap_used=0\nreads=1\nsnapshots=1\nregistered=no\nstate=live\n");
    g_free(served);
    served = answer_to(*state, "view\nid=1\nfile=proc/meminfo");
    assert_true(g_str_has_prefix(served, "ok\nMemTotal:         524288 kB\n"));
}

/* What comes back through a socket on which @text was sent; the caller frees. */
static char *
talk(const Fixture *fixture, const char *text)
{
    char answer[4096] = "";
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(send(fds[0], text, strlen(text), 0), (ssize_t)strlen(text));
    assert_int_equal(shutdown(fds[0], SHUT_WR), 0);
    control_serve(&fixture->config, fds[1], -1);
    (void)close(fds[1]);
    assert_true(recv(fds[0], answer, sizeof answer - 1, 0) > 0);
    (void)close(fds[0]);
    return g_strdup(answer);
}

static void
root_of_the_host_is_answered(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *answer = NULL;

    if (geteuid() != 0)
        skip();
    machine_add_process(fixture->machine, (int)getpid(), "/");
    answer = talk(fixture, "register\nid=one\npid=201\n\n");
    assert_string_equal(answer, "ok\npath=/run/x/containers/one\n");
}

static void
whoever_is_in_another_pid_or_user_namespace_is_not(void **state)
{
    static const char *const namespaces[] = {"pid", "user"};
    Fixture *fixture = *state;

    for (unsigned i = 0; i < G_N_ELEMENTS(namespaces); i++) {
        g_autofree char *answer = NULL;
        g_autofree char *process = g_strdup_printf("proc/%d", (int)getpid());

        machine_add_process(fixture->machine, (int)getpid(), "/");
        machine_set_namespace(fixture->machine, (int)getpid(), namespaces[i], 7);
        answer = talk(fixture, "list\n\n");
        assert_true(g_str_has_prefix(answer, "error EPERM "));
        machine_remove(fixture->machine, process);
    }
}

static void
whose_process_is_not_visible_is_not(void **state)
{
    g_autofree char *answer = talk(*state, "list\n\n");

    assert_true(g_str_has_prefix(answer, "error EPERM "));
}

static void
half_a_request_is_refused(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *answer = NULL;

    if (geteuid() != 0)
        skip();
    machine_add_process(fixture->machine, (int)getpid(), "/");
    answer = talk(fixture, "unregister\nid=one\n");
    assert_true(g_str_has_prefix(answer, "error EINVAL "));
}

static void
too_long_a_request_is_refused(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *filling = g_strnfill(CONTROL_REQUEST_MAX, 'x');
    g_autofree char *answer = NULL;

    if (geteuid() != 0)
        skip();
    machine_add_process(fixture->machine, (int)getpid(), "/");
    answer = talk(fixture, filling);
    assert_true(g_str_has_prefix(answer, "error EMSGSIZE "));
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_MACHINE(who_is_registered_is_told_where),
        WITH_MACHINE(what_was_said_is_said_again_without_harm),
        WITH_MACHINE(what_cannot_be_registered_is_refused),
        WITH_MACHINE(a_view_is_the_containers),
        WITH_MACHINE(what_cannot_be_viewed_is_refused),
        WITH_MACHINE(a_list_has_limits_and_use),
        WITH_MACHINE(who_was_only_served_is_listed_by_his_number),
        WITH_MACHINE(root_of_the_host_is_answered),
        WITH_MACHINE(whoever_is_in_another_pid_or_user_namespace_is_not),
        WITH_MACHINE(whose_process_is_not_visible_is_not),
        WITH_MACHINE(half_a_request_is_refused),
        WITH_MACHINE(too_long_a_request_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
