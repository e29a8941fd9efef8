/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whose request is answered first, if several wait. */

#include "tests/request/kernel.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <sys/socket.h>

#define CROWD 64

typedef struct {
    Kernel *kernel;
    uint64_t meminfo_a, meminfo_b, proc; /* nodes */
} Fixture;

static int
set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    struct fuse_entry_out entry;

    fixture->kernel = kernel_new();
    g_assert(kernel_walk(fixture->kernel, PID_A, "proc/meminfo", &entry) == 0);
    fixture->meminfo_a = entry.nodeid;
    g_assert(kernel_walk(fixture->kernel, PID_B, "proc/meminfo", &entry) == 0);
    fixture->meminfo_b = entry.nodeid;
    g_assert(kernel_walk(fixture->kernel, PID_B, "proc", &entry) == 0);
    fixture->proc = entry.nodeid;
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;

    kernel_free(fixture->kernel);
    g_free(fixture);
    return 0;
}

/* Each sends a request and returns its number. */
static uint64_t
send_getattr(Fixture *fixture, pid_t pid, uint64_t node)
{
    const struct fuse_in_header header = {
        .opcode = FUSE_GETATTR, .pid = (uint32_t)pid, .nodeid = node};
    const struct fuse_getattr_in in = {0};

    return kernel_send(fixture->kernel, &header, &in, sizeof in);
}

static uint64_t
send_interrupt(Fixture *fixture, uint64_t unique)
{
    const struct fuse_in_header header = {.opcode = FUSE_INTERRUPT};
    const struct fuse_interrupt_in in = {.unique = unique};

    return kernel_send(fixture->kernel, &header, &in, sizeof in);
}

static void
send_forget(Fixture *fixture, uint64_t node)
{
    const struct fuse_in_header header = {.opcode = FUSE_FORGET, .nodeid = node};
    const struct fuse_forget_in in = {.nlookup = 1};

    (void)kernel_send(fixture->kernel, &header, &in, sizeof in);
}

static void
serve_some(Fixture *fixture, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        assert_true(session_serve_one(fixture->kernel->session));
}

/* The next answer is that to @unique, and it is no error but @wanted. */
static void
next_is(Fixture *fixture, uint64_t unique, int wanted)
{
    int error;

    assert_int_equal(kernel_next_answer(fixture->kernel, &error), unique);
    assert_int_equal(error, wanted);
}

static bool
is_answered(const Fixture *fixture)
{
    char byte;

    return recv(fixture->kernel->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
}

static void
a_lone_request_waits_for_one_of_a_crowd(void **state)
{
    Fixture *fixture = *state;
    uint64_t crowd[CROWD], lone;

    for (unsigned i = 0; i < CROWD; i++)
        crowd[i] = send_getattr(fixture, PID_A, fixture->meminfo_a);
    lone = send_getattr(fixture, PID_B, fixture->meminfo_b);
    serve_some(fixture, CROWD + 1);
    next_is(fixture, crowd[0], 0);
    next_is(fixture, lone, 0);
    for (unsigned i = 1; i < CROWD; i++)
        next_is(fixture, crowd[i], 0);
}

static void
who_comes_later_has_the_next_turn(void **state)
{
    Fixture *fixture = *state;
    uint64_t crowd[CROWD], lone;

    for (unsigned i = 0; i < CROWD; i++)
        crowd[i] = send_getattr(fixture, PID_A, fixture->meminfo_a);
    serve_some(fixture, 3);
    lone = send_getattr(fixture, PID_B, fixture->meminfo_b);
    serve_some(fixture, 1);
    for (unsigned i = 0; i < 3; i++)
        next_is(fixture, crowd[i], 0);
    next_is(fixture, lone, 0);
}

static void
directories_have_turns_of_their_own(void **state)
{
    Fixture *fixture = *state;
    uint64_t a[2], directory[2];

    a[0] = send_getattr(fixture, PID_A, fixture->meminfo_a);
    a[1] = send_getattr(fixture, PID_A, fixture->meminfo_a);
    directory[0] = send_getattr(fixture, PID_A, fixture->proc);
    directory[1] = send_getattr(fixture, PID_A, FUSE_ROOT_ID);
    serve_some(fixture, 4);
    next_is(fixture, a[0], 0);
    next_is(fixture, directory[0], 0);
    next_is(fixture, a[1], 0);
    next_is(fixture, directory[1], 0);
}

static void
a_request_that_waits_is_answered_though_interrupted(void **state)
{
    Fixture *fixture = *state;
    uint64_t first = send_getattr(fixture, PID_A, fixture->meminfo_a);
    uint64_t second = send_getattr(fixture, PID_A, fixture->meminfo_a);
    uint64_t interrupt = send_interrupt(fixture, second);

    serve_some(fixture, 2);
    next_is(fixture, interrupt, -ENOSYS);
    next_is(fixture, first, 0);
    next_is(fixture, second, 0);
}

static void
an_interrupt_of_what_was_answered_is_refused_once(void **state)
{
    Fixture *fixture = *state;
    uint64_t request = send_getattr(fixture, PID_A, fixture->meminfo_a), interrupt;

    serve_some(fixture, 1);
    next_is(fixture, request, 0);
    interrupt = send_interrupt(fixture, request);
    serve_some(fixture, 1);
    next_is(fixture, interrupt, -ENOSYS);
    assert_false(is_answered(fixture));
}

static void
forgets_come_before_all_that_wait(void **state)
{
    Fixture *fixture = *state;
    uint64_t first = send_getattr(fixture, PID_A, fixture->meminfo_a);

    (void)send_getattr(fixture, PID_B, fixture->meminfo_b);
    send_forget(fixture, fixture->meminfo_a);
    serve_some(fixture, 1); /* which is never answered */
    assert_false(is_answered(fixture));
    serve_some(fixture, 1);
    next_is(fixture, first, 0);
}

/* Beyond max_background it does, for page reads and releases, and nobody has a turn there. */
static void
the_kernel_keeps_no_queue_of_its_own(void **state)
{
    Fixture *fixture = *state;
    Kernel *bound = kernel_new_bound();

    assert_true(fixture->kernel->init.max_background >= INTAKE_BACKGROUND_MAX);
    assert_true(bound->init.max_background >= INTAKE_BACKGROUND_MAX);
    kernel_free(bound);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_lone_request_waits_for_one_of_a_crowd),
        TEST(who_comes_later_has_the_next_turn),
        TEST(directories_have_turns_of_their_own),
        TEST(a_request_that_waits_is_answered_though_interrupted),
        TEST(an_interrupt_of_what_was_answered_is_refused_once),
        TEST(forgets_come_before_all_that_wait),
        TEST(the_kernel_keeps_no_queue_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
