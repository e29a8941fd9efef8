/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's side is one end of a socket: it takes every answer, so all is awaited. */

#include "common/fd.h"
#include "fs/keeper/log.h"
#include "fs/keeper/recover.h"
#include "tests/unit/cmocka.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef struct {
    Table table;
    int fuse, kernel;
    bool is_later; /* nothing is answered */
    unsigned n_served, n_poisoned;
    uint64_t served[64]; /* in the order in which they came */
    uint32_t lens[64];
} Case;

static int
case_make(void **state)
{
    static Case one;
    autofd fd = table_create(1);
    int pair[2];

    one = (Case){0};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    one.fuse = pair[0];
    one.kernel = pair[1];
    *state = &one;
    return table_map(fd, &one.table);
}

static int
case_close(void **state)
{
    Case *one = *state;

    table_unmap(&one->table);
    fd_clear(&one->fuse);
    fd_clear(&one->kernel);
    return 0;
}

static void
put(uint8_t *bytes, uint32_t opcode, uint64_t unique, uint32_t len)
{
    const struct fuse_in_header header = {.len = len, .opcode = opcode, .unique = unique};

    memcpy(bytes, &header, sizeof header);
}

static bool
serve(void *bytes, size_t len, void *data)
{
    Case *one = data;

    if (one->is_later)
        return false;
    one->lens[one->n_served] = (uint32_t)len;
    one->served[one->n_served++] = table_unique(bytes);
    return true;
}

static void
poisoned(void *bytes, size_t len, void *data)
{
    Case *one = data;

    (void)bytes;
    (void)len;
    one->n_poisoned++;
}

static void
poke(void *data)
{
    (void)data;
}

static unsigned
recover(Case *one)
{
    const RecoverTo to = {serve, poisoned, poke, one};

    return recover_open(&one->table, 0, one->fuse, &to);
}

/* What was written to the kernel last, without the questions whether something is awaited. */
static struct fuse_out_header
answered(const Case *one)
{
    struct fuse_out_header header, last = {0};

    while (recv(one->kernel, &header, sizeof header, MSG_DONTWAIT) == sizeof header)
        if (!(header.unique & 1))
            last = header;
    return last;
}

static void
what_is_open_is_served_once(void **state)
{
    Case *one = *state;

    put(table_buffer(&one->table, 0, 0), FUSE_READ, 2, 80);
    put(table_buffer(&one->table, 0, 7), FUSE_OPEN, 4, 48);
    put(table_waiting(&one->table, 0, 5)->bytes, FUSE_LOOKUP, 6, 44);
    atomic_store(&table_connection(&one->table, 0)->n_waiting_used, 6);
    assert_int_equal(recover(one), 3);
    assert_int_equal(one->n_served, 3);
    assert_int_equal(one->served[0], 2);
    assert_int_equal(one->served[1], 4);
    assert_int_equal(one->served[2], 6);
    assert_int_equal(one->lens[0], 80);
    assert_int_equal(recover(one), 0);
    assert_int_equal(one->table.head->figures.recovered, 3);
    assert_int_equal(table_oldest(&one->table, UINT64_MAX), 0);
}

static void
an_interruption_is_not_served(void **state)
{
    Case *one = *state;

    put(table_buffer(&one->table, 0, 0), FUSE_INTERRUPT, 9, 48);
    assert_int_equal(recover(one), 0);
    assert_int_equal(table_unique(table_buffer(&one->table, 0, 0)), 0);
}

static void
what_two_workers_died_of_is_not_served_again(void **state)
{
    Case *one = *state;

    put(table_buffer(&one->table, 0, 0), FUSE_READ, 2, 80);
    table_connection(&one->table, 0)->places[0].deaths = 2;
    put(table_buffer(&one->table, 0, 1), FUSE_READ, 4, 80);
    table_connection(&one->table, 0)->places[1].deaths = 1;
    assert_int_equal(recover(one), 2);
    assert_int_equal(one->n_poisoned, 1);
    assert_int_equal(one->n_served, 1);
    assert_int_equal(one->served[0], 4);
    assert_int_equal(table_connection(&one->table, 0)->places[0].deaths, 0);
    assert_int_equal(table_connection(&one->table, 0)->places[1].deaths, 0);
}

static void
who_dies_of_a_waiting_request_dies_of_it_and_not_of_a_buffer(void **state)
{
    Case *one = *state;
    TablePlace *place = table_connection(&one->table, 0)->places;

    put(table_waiting(&one->table, 0, 3)->bytes, FUSE_READ, 2, 80);
    atomic_store(&table_connection(&one->table, 0)->n_waiting_used, 4);
    for (unsigned i = 0; i < 2; i++) {
        (void)table_begin(one->table.head, place, 3 + 1, 100);
        (void)table_note_death(&one->table);
    }
    assert_int_equal(recover(one), 1);
    assert_int_equal(one->n_poisoned, 1);
}

static void
without_a_safe_way_it_is_refused_with_EIO(void **state)
{
    Case *one = *state;
    const RecoverTo to = {serve, NULL, poke, one};
    struct fuse_out_header answer;

    put(table_buffer(&one->table, 0, 0), FUSE_READ, 2, 80);
    table_connection(&one->table, 0)->places[0].deaths = 2;
    assert_int_equal(recover_open(&one->table, 0, one->fuse, &to), 1);
    answer = answered(one);
    assert_int_equal(answer.unique, 2);
    assert_int_equal(answer.error, -EIO);
}

static void
a_request_longer_than_its_slot_is_refused_with_EIO(void **state)
{
    static const uint32_t lens[] = {0, 39, TABLE_REQUEST_MAX + 1, UINT32_MAX};
    Case *one = *state;

    for (unsigned i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        put(table_buffer(&one->table, 0, 0), FUSE_READ, 2, lens[i]);
        assert_int_equal(recover(one), 1);
        assert_int_equal(one->n_served, 0);
        assert_int_equal(answered(one).error, -EIO);
    }
    put(table_waiting(&one->table, 0, 0)->bytes, FUSE_READ, 2, TABLE_WAITING_MAX + 1);
    atomic_store(&table_connection(&one->table, 0)->n_waiting_used, 1);
    assert_int_equal(recover(one), 1);
    assert_int_equal(one->n_served, 0);
}

static void
whatever_a_worker_wrote_there_is_survived(void **state)
{
    Case *one = *state;

    srand(1);
    for (unsigned round = 0; round < 20; round++) {
        for (size_t i = 0; i < one->table.size; i += 1 + (size_t)rand() % 500)
            ((uint8_t *)one->table.head)[i] = (uint8_t)rand();
        one->n_served = 0;
        for (unsigned i = 0; i < TABLE_WAITING; i++) /* the socket would be full */
            table_clear(table_waiting(&one->table, 0, i)->bytes);
        (void)recover(one);
        (void)answered(one);
        assert_int_equal(recover(one), 0);
    }
}

#define in_a_case(test) cmocka_unit_test_setup_teardown(test, case_make, case_close)

static void
what_is_left_for_later_is_found_again(void **state)
{
    Case *one = *state;

    put(table_buffer(&one->table, 0, 0), FUSE_READ, 2, 80);
    put(table_waiting(&one->table, 0, 5)->bytes, FUSE_READ, 4, 80);
    atomic_store(&table_connection(&one->table, 0)->n_waiting_used, 6);
    one->is_later = true;
    assert_int_equal(recover(one), 0);
    assert_int_equal(table_oldest(&one->table, keeper_now()), 0); /* nobody is at it */
    assert_int_equal(answered(one).unique, 0);
    one->is_later = false;
    assert_int_equal(recover(one), 2);
    assert_int_equal(one->n_served, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_case(what_is_open_is_served_once),
        in_a_case(what_is_left_for_later_is_found_again),
        in_a_case(an_interruption_is_not_served),
        in_a_case(what_two_workers_died_of_is_not_served_again),
        in_a_case(who_dies_of_a_waiting_request_dies_of_it_and_not_of_a_buffer),
        in_a_case(without_a_safe_way_it_is_refused_with_EIO),
        in_a_case(a_request_longer_than_its_slot_is_refused_with_EIO),
        in_a_case(whatever_a_worker_wrote_there_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
