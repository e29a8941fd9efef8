/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"
#include "fs/keeper/log.h"
#include "fs/keeper/table.h"
#include "tests/unit/cmocka.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

static Table
make(unsigned n_connections)
{
    autofd fd = table_create(n_connections);
    Table table;

    assert_true(fd >= 0);
    assert_int_equal(table_map(fd, &table), 0);
    return table;
}

static void
what_one_wrote_another_finds(void **state)
{
    autofd fd = table_create(2);
    Table one, other;

    (void)state;
    assert_int_equal(table_map(fd, &one), 0);
    assert_int_equal(table_map(fd, &other), 0);
    table_buffer(&one, 1, TABLE_PLACES - 1)[TABLE_REQUEST_MAX - 1] = 'x';
    table_waiting(&one, 1, TABLE_WAITING - 1)->bytes[TABLE_WAITING_MAX - 1] = 'y';
    assert_int_equal(table_buffer(&other, 1, TABLE_PLACES - 1)[TABLE_REQUEST_MAX - 1], 'x');
    assert_int_equal(table_waiting(&other, 1, TABLE_WAITING - 1)->bytes[TABLE_WAITING_MAX - 1],
                     'y');
    table_unmap(&one);
    table_unmap(&other);
}

static void
its_size_cannot_be_changed(void **state)
{
    autofd fd = table_create(1);

    (void)state;
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(ftruncate(fd, 1 << 30), -1);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
}

static void
buffers_and_slots_do_not_overlap(void **state)
{
    Table table = make(TABLE_CONNECTIONS_MAX);

    (void)state;
    for (unsigned c = 0; c < TABLE_CONNECTIONS_MAX; c++) {
        for (unsigned i = 0; i < TABLE_PLACES; i++)
            memset(table_buffer(&table, c, i), (int)(c * TABLE_PLACES + i), TABLE_REQUEST_MAX);
        for (unsigned i = 0; i < TABLE_WAITING; i++)
            memset(table_waiting(&table, c, i), 255, sizeof(TableWaiting));
        table_connection(&table, c)->init_size = 1000 + c;
    }
    for (unsigned c = 0; c < TABLE_CONNECTIONS_MAX; c++) {
        for (unsigned i = 0; i < TABLE_PLACES * TABLE_REQUEST_MAX; i++)
            assert_int_equal(table_buffer(&table, c, 0)[i],
                             c * TABLE_PLACES + i / TABLE_REQUEST_MAX);
        assert_int_equal(table_connection(&table, c)->init_size, 1000 + c);
    }
    assert_int_equal(table.head->n_connections, TABLE_CONNECTIONS_MAX);
    table_unmap(&table);
}

static void
a_table_has_one_to_four_connections(void **state)
{
    (void)state;
    assert_int_equal(table_create(0), -1);
    assert_int_equal(table_create(TABLE_CONNECTIONS_MAX + 1), -1);
}

static int
sealed(size_t size, const void *head, size_t head_size)
{
    int fd = memfd_create("table", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_int_equal(pwrite(fd, head, head_size, 0), head_size);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
    return fd;
}

static void
refuses(int memory)
{
    autofd fd = memory;
    Table table;

    assert_int_equal(table_map(fd, &table), -1);
    assert_int_equal(errno, EPROTO);
}

static void
what_is_no_table_is_refused(void **state)
{
    Table table = make(1);
    TableHead head;

    (void)state;
    memcpy(&head, table.head, sizeof head);
    refuses(sealed(table.size, "", 1));
    refuses(sealed(16, &head, 16));
    refuses(sealed(table.size - 4096, &head, sizeof head)); /* shorter than it says */
    head.version++;
    refuses(sealed(table.size, &head, sizeof head));
    head.version--;
    head.n_connections = 0;
    refuses(sealed(table.size, &head, sizeof head));
    head.n_connections = UINT32_MAX;
    refuses(sealed(table.size, &head, sizeof head));
    head.n_connections = 1;
    head.n_places = 9;
    refuses(sealed(table.size, &head, sizeof head));
    table_unmap(&table);
}

static void
a_table_that_could_shrink_is_refused(void **state)
{
    Table table = make(1);
    int fd = memfd_create("table", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    (void)state;
    assert_int_equal(pwrite(fd, table.head, table.size, 0), table.size);
    table_unmap(&table);
    refuses(fd);
    refuses(open("/dev/null", O_RDWR | O_CLOEXEC));
}

static void
a_death_is_noted_of_what_was_being_answered(void **state)
{
    Table table = make(2);
    TablePlace *places = table_connection(&table, 1)->places;

    (void)state;
    (void)table_begin(table.head, &places[0], 0, 100);
    (void)table_begin(table.head, &places[1], 7 + 1, 200);
    assert_int_equal(table_note_death(&table), 2);
    assert_int_equal(places[0].deaths, 1);
    assert_int_equal(table_waiting(&table, 1, 7)->deaths, 1);
    assert_int_equal(places[1].deaths, 0);
    assert_int_equal(table_note_death(&table), 0);
    table_unmap(&table);
}

static void
a_death_with_a_number_beyond_all_slots_is_noted_nowhere(void **state)
{
    Table table = make(1);

    (void)state;
    (void)table_begin(table.head, table_connection(&table, 0)->places, UINT32_MAX, 100);
    (void)table_begin(table.head, table_connection(&table, 0)->places + 1, TABLE_WAITING + 1, 100);
    assert_int_equal(table_note_death(&table), 2);
    table_unmap(&table);
}

static void
the_oldest_is_the_one_that_takes_longest_and_never_in_the_future(void **state)
{
    Table table = make(1);
    TablePlace *places = table_connection(&table, 0)->places;
    uint8_t *bytes = table_buffer(&table, 0, 2);

    (void)state;
    assert_int_equal(table_oldest(&table, 1000), 0);
    (void)table_begin(table.head, &places[1], 0, UINT64_MAX);
    assert_int_equal(table_oldest(&table, 1000), 1000);
    (void)table_begin(table.head, &places[2], 0, 300);
    assert_int_equal(table_oldest(&table, 1000), 300);
    table_end(&places[2], bytes);
    assert_int_equal(table_oldest(&table, 1000), 1000);
    assert_int_equal(table_served(&table), 2);
    table_unmap(&table);
}

static void
what_was_taken_is_open_until_it_is_answered_though_nobody_has_begun(void **state)
{
    Table table = make(2);
    TableConnection *connection = table_connection(&table, 1);
    uint8_t *buffer = table_buffer(&table, 1, TABLE_PLACES - 1);
    TableWaiting *waiting = table_waiting(&table, 1, 7);

    (void)state;
    assert_false(table_is_any_open(&table, 1));
    ((struct fuse_in_header *)(void *)buffer)->unique = 4;
    assert_true(table_is_any_open(&table, 1));
    assert_false(table_is_any_open(&table, 0));
    table_clear(buffer);
    ((struct fuse_in_header *)(void *)waiting->bytes)->unique = 4;
    assert_false(table_is_any_open(&table, 1)); /* a slot that was never used holds nothing */
    atomic_store(&connection->n_waiting_used, 8);
    assert_true(table_is_any_open(&table, 1));
    atomic_store(&connection->n_waiting_used, UINT32_MAX); /* by a worker that went wrong */
    table_end(&connection->places[0], waiting->bytes);
    assert_false(table_is_any_open(&table, 1));
    table_unmap(&table);
}

static void
only_the_first_request_after_a_quiet_time_pokes(void **state)
{
    Table table = make(1);
    TablePlace *places = table_connection(&table, 0)->places;

    (void)state;
    assert_true(table_begin(table.head, &places[0], 0, 1));
    assert_false(table_begin(table.head, &places[1], 0, 1));
    atomic_store(&table.head->watched, 0);
    assert_true(table_begin(table.head, &places[0], 0, 2));
    table_unmap(&table);
}

static void
a_slot_is_open_from_the_header_that_the_kernel_writes(void **state)
{
    Table table = make(1);
    uint8_t *bytes = table_buffer(&table, 0, 0);
    const struct fuse_in_header header = {.len = sizeof header, .unique = 42};

    (void)state;
    assert_int_equal(table_unique(bytes), 0);
    memcpy(bytes, &header, sizeof header);
    assert_int_equal(table_unique(bytes), 42);
    table_clear(bytes);
    assert_int_equal(table_unique(bytes), 0);
    table_unmap(&table);
}

static void
what_a_worker_wrote_over_is_put_back(void **state)
{
    Table table = make(2);
    TableSaved saved;
    TableHead head;

    (void)state;
    memcpy(table_connection(&table, 1)->name, "bound", 6);
    table_connection(&table, 1)->init_size = 104;
    table_save(&table, &saved);
    memcpy(&head, table.head, sizeof head);
    memset(table.head, 0xff, table.size);
    table_restore(&table, &saved);
    assert_memory_equal(table.head, &head, offsetof(TableHead, watched));
    assert_string_equal(table_connection(&table, 1)->name, "bound");
    assert_int_equal(table_connection(&table, 1)->init_size, 104);
    table_unmap(&table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_wrote_another_finds),
        cmocka_unit_test(its_size_cannot_be_changed),
        cmocka_unit_test(buffers_and_slots_do_not_overlap),
        cmocka_unit_test(a_table_has_one_to_four_connections),
        cmocka_unit_test(what_is_no_table_is_refused),
        cmocka_unit_test(a_table_that_could_shrink_is_refused),
        cmocka_unit_test(a_death_is_noted_of_what_was_being_answered),
        cmocka_unit_test(a_death_with_a_number_beyond_all_slots_is_noted_nowhere),
        cmocka_unit_test(the_oldest_is_the_one_that_takes_longest_and_never_in_the_future),
        cmocka_unit_test(what_was_taken_is_open_until_it_is_answered_though_nobody_has_begun),
        cmocka_unit_test(only_the_first_request_after_a_quiet_time_pokes),
        cmocka_unit_test(a_slot_is_open_from_the_header_that_the_kernel_writes),
        cmocka_unit_test(what_a_worker_wrote_over_is_put_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
