/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"
#include "fs/request/session.h"
#include "tests/unit/cmocka.h"

#include <errno.h>
#include <linux/fuse.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define SESSIONS 3
#define CROWD 20

/* Sessions whose every node answers GETATTR with an error of the session's own, and what has been
 * told of them. */
typedef struct {
    Session *sessions[SESSIONS];
    int kernel[SESSIONS]; /* its end of each connection */
    int answers[SESSIONS];
    int in_the_end[SESSIONS]; /* what was answered while stopping */
    unsigned n_lost, last_lost, n_stopped;
    bool is_lost[SESSIONS];
    void (*script)(void *fixture); /* what happens meanwhile, in a thread of its own */
} Fixture;

static void
answer_with_data(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    const int *answer = fuse_req_userdata(req);

    (void)node;
    (void)fi;
    (void)fuse_reply_err(req, *answer);
}

static const struct fuse_lowlevel_ops answering = {.getattr = answer_with_data};

static void
answer_with_EINVAL(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    (void)node;
    (void)fi;
    (void)fuse_reply_err(req, EINVAL);
}

static const struct fuse_lowlevel_ops refusing = {.getattr = answer_with_EINVAL};

/* Of this node nothing is told before the others have been. */
#define SLOW_NODE 99
static GMutex slow_lock;
static GCond slow_changed;
static unsigned n_answered; /* guarded by slow_lock */

static void
answer_slowly(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
    (void)fi;
    g_mutex_lock(&slow_lock);
    while (node == SLOW_NODE && n_answered < CROWD)
        g_cond_wait(&slow_changed, &slow_lock);
    (void)fuse_reply_err(req, ENOENT); /* before it counts as answered */
    n_answered++;
    g_cond_broadcast(&slow_changed);
    g_mutex_unlock(&slow_lock);
}

static const struct fuse_lowlevel_ops slow = {.getattr = answer_slowly};

static void
send_request(int fd, const struct fuse_in_header *what, const void *body, size_t len)
{
    struct fuse_in_header header = *what;
    struct iovec parts[] = {{&header, sizeof header}, {(void *)body, len}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    header.len = (uint32_t)(sizeof header + len);
    assert_int_equal(sendmsg(fd, &message, MSG_NOSIGNAL), header.len);
}

static void
send_getattr(int fd, uint64_t node)
{
    const struct fuse_getattr_in in = {0};

    send_request(fd, &(struct fuse_in_header){.opcode = FUSE_GETATTR, .unique = node, node}, &in,
                 sizeof in);
}

/* Returns the request's number, which is its node's. */
static uint64_t
receive_answer(int fd, int *ret_error)
{
    struct fuse_out_header out;

    assert_int_equal(recv(fd, &out, sizeof out, 0), sizeof out);
    *ret_error = -out.error;
    return out.unique;
}

static int
ask(int fd)
{
    int error;

    send_getattr(fd, 1);
    (void)receive_answer(fd, &error);
    return error;
}

static void
connect_session(Fixture *fixture, unsigned i, const struct fuse_lowlevel_ops *ops)
{
    const struct fuse_init_in hello = {.major = 7, .minor = 38};
    char answer[4096];
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    fixture->kernel[i] = fds[0];
    fixture->answers[i] = ENOENT + (int)i;
    fixture->sessions[i] =
        session_new(fds[1], &(SessionConfig){"test", ops, &fixture->answers[i]}, NULL);
    send_request(fds[0], &(struct fuse_in_header){.opcode = FUSE_INIT}, &hello, sizeof hello);
    assert_true(session_serve_one(fixture->sessions[i]));
    assert_true(recv(fds[0], answer, sizeof answer, 0) > 0);
}

static void
remember_lost(unsigned which, void *data)
{
    Fixture *fixture = data;

    fixture->n_lost++;
    fixture->last_lost = which;
    fixture->is_lost[which] = true;
}

static void
ask_all_and_close(void *data)
{
    Fixture *fixture = data;

    fixture->n_stopped++;
    for (unsigned i = 0; i < SESSIONS; i++)
        if (!fixture->is_lost[i]) {
            fixture->in_the_end[i] = ask(fixture->kernel[i]);
            fd_clear(&fixture->kernel[i]);
        }
}

static void *
play(void *data)
{
    Fixture *fixture = data;

    fixture->script(fixture);
    return NULL;
}

/* Serves while @script is played; returns once both have come to their end. */
static void
serve_during(Fixture *fixture, void (*script)(void *fixture))
{
    const SessionEvents events = {remember_lost, ask_all_and_close, fixture};
    GThread *thread;

    fixture->script = script;
    thread = g_thread_new("script", play, fixture);
    assert_true(session_run(fixture->sessions, SESSIONS, &events, NULL));
    g_thread_join(thread);
}

static int
set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    for (unsigned i = 0; i < SESSIONS; i++)
        connect_session(fixture, i, i == 2 ? &refusing : &answering);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *fixture = *state;

    for (unsigned i = 0; i < SESSIONS; i++) {
        session_free(fixture->sessions[i]);
        fd_clear(&fixture->kernel[i]);
    }
    g_free(fixture);
    return 0;
}

static void
ask_each_then_SIGTERM(void *data)
{
    Fixture *fixture = data;

    assert_int_equal(ask(fixture->kernel[0]), ENOENT);
    assert_int_equal(ask(fixture->kernel[1]), ENOENT + 1);
    assert_int_equal(ask(fixture->kernel[2]), EINVAL);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
}

static void
each_is_served_by_its_own_ops_with_its_own_data(void **state)
{
    serve_during(*state, ask_each_then_SIGTERM);
}

static void
a_signal_ends_all_and_none_is_lost(void **state)
{
    Fixture *fixture = *state;

    serve_during(fixture, ask_each_then_SIGTERM);
    assert_int_equal(fixture->n_lost, 0);
    assert_int_equal(fixture->n_stopped, 1);
}

static void
all_answer_while_they_are_unmounted(void **state)
{
    Fixture *fixture = *state;

    serve_during(fixture, ask_each_then_SIGTERM);
    assert_int_equal(fixture->in_the_end[0], ENOENT);
    assert_int_equal(fixture->in_the_end[1], ENOENT + 1);
    assert_int_equal(fixture->in_the_end[2], EINVAL);
}

static void
lose_the_first(void *data)
{
    Fixture *fixture = data;

    (void)shutdown(fixture->kernel[0], SHUT_RDWR);
}

static void
all_end_when_the_first_is_lost(void **state)
{
    Fixture *fixture = *state;

    serve_during(fixture, lose_the_first);
    assert_int_equal(fixture->n_lost, 1);
    assert_int_equal(fixture->last_lost, 0);
    assert_int_equal(fixture->n_stopped, 1);
    assert_int_equal(fixture->in_the_end[1], ENOENT + 1);
}

static void
lose_the_second_then_SIGTERM(void *data)
{
    Fixture *fixture = data;

    (void)shutdown(fixture->kernel[1], SHUT_RDWR);
    g_usleep(50000); /* time to end all, if that were what it does */
    assert_int_equal(ask(fixture->kernel[0]), ENOENT);
    assert_int_equal(ask(fixture->kernel[2]), EINVAL);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
}

static void
the_others_go_on_when_one_that_is_not_the_first_is_lost(void **state)
{
    Fixture *fixture = *state;

    serve_during(fixture, lose_the_second_then_SIGTERM);
    assert_int_equal(fixture->n_lost, 1);
    assert_int_equal(fixture->last_lost, 1);
    assert_int_equal(fixture->n_stopped, 1);
}

static void
receive_crowd_then_the_slow_one(void *data)
{
    Fixture *fixture = data;
    int error;

    for (unsigned i = 0; i < CROWD; i++)
        assert_int_not_equal(receive_answer(fixture->kernel[0], &error), SLOW_NODE);
    assert_int_equal(receive_answer(fixture->kernel[0], &error), SLOW_NODE);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
}

static void
who_waits_behind_a_slow_answer_is_answered_by_the_other_thread(void **state)
{
    Fixture *fixture = *state;

    for (unsigned i = 0; i < CROWD; i++) {
        send_getattr(fixture->kernel[0], 1);
        if (i == CROWD / 4) /* enough came before to know that there is a queue */
            send_getattr(fixture->kernel[0], SLOW_NODE);
    }
    serve_during(fixture, receive_crowd_then_the_slow_one);
}

static int
set_up_slow(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    for (unsigned i = 0; i < SESSIONS; i++)
        connect_session(fixture, i, i == 0 ? &slow : &answering);
    *state = fixture;
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_is_served_by_its_own_ops_with_its_own_data, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_signal_ends_all_and_none_is_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_answer_while_they_are_unmounted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_end_when_the_first_is_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_others_go_on_when_one_that_is_not_the_first_is_lost,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            who_waits_behind_a_slow_answer_is_answered_by_the_other_thread, set_up_slow, tear_down),
    };

    session_block_signals();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
