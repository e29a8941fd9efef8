/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"
#include "fs/keeper/log.h"
#include "fs/keeper/protocol.h"
#include "tests/unit/cmocka.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

typedef struct {
    int here, there;
} Pair;

static int
pair_make(void **state)
{
    static Pair pair;
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
        return -1;
    pair = (Pair){fds[0], fds[1]};
    *state = &pair;
    return 0;
}

static int
pair_close(void **state)
{
    Pair *pair = *state;

    fd_clear(&pair->here);
    fd_clear(&pair->there);
    return 0;
}

static unsigned
open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    while (readdir(dir))
        n++;
    (void)closedir(dir);
    return n;
}

/* A good message as bytes, to be spoilt. */
static ProtocolMessage
message_of(const Pair *pair, ProtocolType type, const void *body)
{
    ProtocolReceived received;

    assert_int_equal(protocol_send(pair->there, type, body), 0);
    assert_int_equal(protocol_receive(pair->here, &received), 1);
    return received.message;
}

static size_t
size_of(const ProtocolMessage *message)
{
    return sizeof message->header + message->header.len;
}

static void
a_message_arrives_as_it_was_sent(void **state)
{
    const ProtocolHello hello = {.min = 1, .max = 3, .program = "ownprocd 0.1.0"};
    ProtocolMessage message = message_of(*state, PROTOCOL_HELLO, &hello);

    assert_int_equal(message.header.type, PROTOCOL_HELLO);
    assert_memory_equal(&message.hello, &hello, sizeof hello);
}

static void
holdings_arrive_with_their_fds_in_their_places(void **state)
{
    const Pair *pair = *state;
    Holdings sent = {.table = 0, .shelf = 1, .listener = 2}, got;
    HoldingsConnection lost = {.fd = -1, .name = "tree", .target = "/a", .mount_id = "7"};
    HoldingsConnection bound = {.fd = open("/dev/null", O_RDONLY | O_CLOEXEC), .name = "bound"};
    ProtocolReceived received;
    ProtocolGrant grant;
    int fds[PROTOCOL_FDS_MAX];
    unsigned n;

    assert_true(holdings_add_connection(&sent, &lost) && holdings_add_connection(&sent, &bound));
    assert_true(holdings_add_extra(&sent, "control", 2));
    n = protocol_pack(&sent, true, &grant, fds);
    assert_int_equal(n, 5);
    assert_int_equal(protocol_send_fds(pair->there, PROTOCOL_STATE, &grant, fds, n), 0);
    assert_int_equal(protocol_receive(pair->here, &received), 1);
    protocol_unpack(&received, &got);
    assert_int_equal(got.n_connections, 2);
    assert_string_equal(got.connections[0].target, "/a");
    assert_string_equal(got.connections[0].mount_id, "7");
    assert_int_equal(got.connections[0].fd, -1);
    assert_true(got.connections[1].fd > 2 && got.table > 2 && got.listener > 2);
    assert_string_equal(got.extras[0].name, "control");
    assert_true(fcntl(got.connections[1].fd, F_GETFD) & FD_CLOEXEC);
    holdings_clear(&got);
    fd_clear(&bound.fd);
}

static void
every_length_but_the_right_one_is_refused(void **state)
{
    const ProtocolHello hello = {.min = 1, .max = 1};
    ProtocolMessage message = message_of(*state, PROTOCOL_HELLO, &hello);

    assert_int_equal(protocol_check(&message, size_of(&message), 0), 0);
    for (size_t size = 0; size < sizeof message; size++) {
        ProtocolMessage other = message;

        if (size == size_of(&message))
            continue;
        assert_int_equal(protocol_check(&other, size, 0), EBADMSG);
        other.header.len = (uint32_t)(size - sizeof other.header); /* and it says so itself */
        assert_int_equal(protocol_check(&other, size, 0), EBADMSG);
    }
}

static void
other_frames_and_types_are_told_apart_from_nonsense(void **state)
{
    ProtocolMessage message = message_of(*state, PROTOCOL_STATUS, NULL);

    message.header.type = 63;
    assert_int_equal(protocol_check(&message, size_of(&message), 0), ENOSYS);
    message.header.type = UINT16_MAX;
    assert_int_equal(protocol_check(&message, size_of(&message), 0), ENOSYS);
    message.header.type = 0;
    assert_int_equal(protocol_check(&message, size_of(&message), 0), ENOSYS);
    message.header.frame++;
    assert_int_equal(protocol_check(&message, size_of(&message), 0), EPROTONOSUPPORT);
    message.header.magic++;
    assert_int_equal(protocol_check(&message, size_of(&message), 0), EBADMSG);
}

static void
fds_where_none_belong_are_refused_and_closed(void **state)
{
    const Pair *pair = *state;
    unsigned before = open_files();
    const int fds[] = {0, 1, 2};
    ProtocolReceived received;

    assert_int_equal(protocol_send_fds(pair->there, PROTOCOL_STATUS, NULL, fds, 3), 0);
    assert_int_equal(protocol_send_fds(pair->there, PROTOCOL_UPGRADE, NULL, fds, 2), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(protocol_receive(pair->here, &received), -1);
        assert_int_equal(errno, EBADMSG);
    }
    assert_int_equal(open_files(), before);
}

/* More than protocol_send_fds() would send. */
static void
more_fds_than_there_is_room_for_are_refused_and_closed(void **state)
{
    enum { MANY = 40 };
    const Pair *pair = *state;
    unsigned before = open_files();
    ProtocolMessage message = message_of(pair, PROTOCOL_STATUS, NULL);
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * MANY)] = {0};
    struct iovec part = {&message, sizeof message.header};
    struct msghdr raw = {.msg_iov = &part,
                         .msg_iovlen = 1,
                         .msg_control = control,
                         .msg_controllen = sizeof control};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&raw);
    ProtocolReceived received;

    *rights = (struct cmsghdr){CMSG_LEN(sizeof(int) * MANY), SOL_SOCKET, SCM_RIGHTS};
    message.header.n_fds = MANY;
    assert_int_equal(sendmsg(pair->there, &raw, 0), sizeof message.header); /* 40 times fd 0 */
    assert_int_equal(protocol_receive(pair->here, &received), -1);
    assert_int_equal(errno, EMFILE);
    assert_int_equal(open_files(), before);
}

static void
what_is_too_long_is_refused(void **state)
{
    const Pair *pair = *state;
    ProtocolMessage message = message_of(pair, PROTOCOL_STATUS, NULL);
    char bytes[sizeof message + 1] = {0};
    ProtocolReceived received;

    memcpy(bytes, &message, sizeof message);
    assert_int_equal(send(pair->there, bytes, sizeof bytes, 0), sizeof bytes);
    assert_int_equal(protocol_receive(pair->here, &received), -1);
    assert_int_equal(errno, EBADMSG);
}

static void
texts_without_an_end_are_refused(void **state)
{
    ProtocolHello hello = {.min = 1, .max = 1};
    ProtocolRefused refused = {.code = 1};
    ProtocolMessage message;

    memset(hello.program, 'x', sizeof hello.program);
    memset(refused.text, 'x', sizeof refused.text);
    message = (ProtocolMessage){
        .header = message_of(*state, PROTOCOL_HELLO, &(ProtocolHello){.min = 1, .max = 1}).header,
        .hello = hello};
    assert_int_equal(protocol_check(&message, size_of(&message), 0), EBADMSG);
    message = (ProtocolMessage){
        .header = message_of(*state, PROTOCOL_REFUSED, &(ProtocolRefused){.code = 1}).header,
        .refused = refused};
    assert_int_equal(protocol_check(&message, size_of(&message), 0), EBADMSG);
}

/* The header of a GRANT with two connections, of which one is there, and an extra: 4 fds. */
static ProtocolMessage
grant_make(void)
{
    Holdings holdings = {.listener = -1};
    HoldingsConnection tree = {.fd = -1, .name = "tree"}, bound = {.fd = 0, .name = "bound"};
    int fds[PROTOCOL_FDS_MAX];
    ProtocolMessage message = {0};

    (void)holdings_add_connection(&holdings, &tree);
    (void)holdings_add_connection(&holdings, &bound);
    (void)holdings_add_extra(&holdings, "control", 0);
    assert_int_equal(protocol_pack(&holdings, false, &message.grant, fds), 4);
    return message;
}

static int
check_grant(const Pair *pair, ProtocolMessage grant, unsigned n_fds)
{
    static const ProtocolGrant empty;
    int fds[PROTOCOL_FDS_MAX] = {0};
    ProtocolReceived received;

    /* For the right header; an empty one is good with the table and the shelf alone. */
    assert_int_equal(protocol_send_fds(pair->there, PROTOCOL_GRANT, &empty, fds, 2), 0);
    assert_int_equal(protocol_receive(pair->here, &received), 1);
    protocol_close_fds(&received);
    grant.header = received.message.header;
    grant.header.n_fds = n_fds;
    return protocol_check(&grant, size_of(&grant), n_fds);
}

static void
a_grant_whose_numbers_do_not_fit_is_refused(void **state)
{
    ProtocolMessage grant = grant_make();

    assert_int_equal(check_grant(*state, grant, 4), 0);
    assert_int_equal(check_grant(*state, grant, 3), EBADMSG);
    assert_int_equal(check_grant(*state, grant, 5), EBADMSG);
    grant.grant.n_connections = TABLE_CONNECTIONS_MAX + 1;
    assert_int_equal(check_grant(*state, grant, 4), EBADMSG);
    grant = grant_make();
    grant.grant.n_extras = UINT32_MAX;
    assert_int_equal(check_grant(*state, grant, 4), EBADMSG);
    grant = grant_make();
    grant.grant.present = 4; /* a connection that is not there */
    assert_int_equal(check_grant(*state, grant, 4), EBADMSG);
    grant = grant_make();
    grant.grant.has_listener = 2;
    assert_int_equal(check_grant(*state, grant, 6), EBADMSG);
    grant = grant_make();
    memcpy(grant.grant.connections[0].name, "../x", 5);
    assert_int_equal(check_grant(*state, grant, 4), EBADMSG);
    grant = grant_make();
    memset(grant.grant.connections[1].target, '/', sizeof grant.grant.connections[1].target);
    assert_int_equal(check_grant(*state, grant, 4), EBADMSG);
}

static unsigned
count_open(void)
{
    unsigned n = 0;

    for (int fd = 0; fd < 64; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void
descriptors_of_whom_none_are_wanted_do_not_come(void **state)
{
    const Pair *pair = *state;
    const int fds[] = {0, 0};
    ProtocolReceived received;
    unsigned before = count_open();

    assert_int_equal(protocol_send_fds(pair->there, PROTOCOL_POKE, NULL, fds, 2), 0);
    assert_int_equal(protocol_receive_words(pair->here, &received), -1);
    assert_int_equal(errno, EMFILE);
    assert_int_equal(received.n_fds, 0);
    assert_int_equal(count_open(), before);
    assert_int_equal(protocol_send(pair->there, PROTOCOL_POKE, NULL), 0);
    assert_int_equal(protocol_receive_words(pair->here, &received), 1);
    assert_int_equal(received.message.header.type, PROTOCOL_POKE);
}

static void
the_highest_common_version_is_spoken(void **state)
{
    (void)state;
    assert_int_equal(protocol_agree(&(ProtocolHello){.min = 1, .max = 9}), PROTOCOL_MAX);
    assert_int_equal(protocol_agree(&(ProtocolHello){.min = 1, .max = 1}), 1);
    assert_int_equal(protocol_agree(&(ProtocolHello){.min = PROTOCOL_MAX + 1, .max = 9}), 0);
    assert_int_equal(protocol_agree(&(ProtocolHello){.min = 0, .max = 0}), 0);
}

static void
the_other_side_that_is_gone_is_no_error(void **state)
{
    Pair *pair = *state;
    ProtocolReceived received;

    assert_int_equal(protocol_receive(pair->here, &received), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(protocol_await(pair->here, 1, &received), -1);
    assert_int_equal(errno, ETIMEDOUT);
    fd_clear(&pair->there);
    assert_int_equal(protocol_receive(pair->here, &received), 0);
    assert_int_equal(protocol_send(pair->here, PROTOCOL_GO, NULL), -1);
}

static void
who_does_not_read_is_not_waited_for(void **state)
{
    const Pair *pair = *state;
    unsigned n = 0;

    while (n < 100000 && protocol_send(pair->there, PROTOCOL_POKE, NULL) == 0)
        n++;
    assert_true(n < 100000);
    assert_int_equal(errno, EAGAIN);
}

#define over_a_pair(test) cmocka_unit_test_setup_teardown(test, pair_make, pair_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        over_a_pair(a_message_arrives_as_it_was_sent),
        over_a_pair(holdings_arrive_with_their_fds_in_their_places),
        over_a_pair(every_length_but_the_right_one_is_refused),
        over_a_pair(other_frames_and_types_are_told_apart_from_nonsense),
        over_a_pair(fds_where_none_belong_are_refused_and_closed),
        over_a_pair(more_fds_than_there_is_room_for_are_refused_and_closed),
        over_a_pair(what_is_too_long_is_refused),
        over_a_pair(texts_without_an_end_are_refused),
        over_a_pair(a_grant_whose_numbers_do_not_fit_is_refused),
        over_a_pair(descriptors_of_whom_none_are_wanted_do_not_come),
        cmocka_unit_test(the_highest_common_version_is_spoken),
        over_a_pair(the_other_side_that_is_gone_is_no_error),
        over_a_pair(who_does_not_read_is_not_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
