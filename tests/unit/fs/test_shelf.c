/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shared memory, and several lives of those who use it. */

#include "common/fd.h"
#include "fs/survive/shelf.h"
#include "tests/unit/cmocka.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE 65536
#define BLOCK 256

typedef struct {
    int fd;
    Shelf *shelf;
} Fixture;

static void
live_again(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;

    shelf_close(fixture->shelf);
    fixture->shelf = shelf_open(fixture->fd, &error);
    assert_null(error);
}

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->fd = memfd_create("shelf", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fixture->fd, SIZE), 0);
    live_again(fixture);
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    shelf_close(fixture->shelf);
    fd_clear(&fixture->fd);
    g_free(fixture);
    return 0;
}

typedef struct {
    uint64_t key;
    unsigned n;
    char text[4096];
} Found;

static bool
find(uint64_t key, const void *data, size_t len, void *user)
{
    Found *found = user;

    if (key != found->key)
        return true;
    found->n++;
    memcpy(found->text, data, len);
    found->text[len] = '\0';
    return true;
}

static void
put(const Fixture *fixture, uint64_t key, const char *text)
{
    assert_true(shelf_put(fixture->shelf, (ShelfKey){SHELF_TEXT, key}, text, strlen(text)));
}

static void
has(const Fixture *fixture, uint64_t key, const char *text)
{
    Found found = {.key = key};

    shelf_foreach(fixture->shelf, SHELF_TEXT, find, &found);
    assert_int_equal(found.n, 1);
    assert_string_equal(found.text, text);
}

static void
has_not(const Fixture *fixture, uint64_t key)
{
    Found found = {.key = key};

    shelf_foreach(fixture->shelf, SHELF_TEXT, find, &found);
    assert_int_equal(found.n, 0);
}

static unsigned
count(const Fixture *fixture)
{
    ShelfUse use;

    shelf_use(fixture->shelf, &use);
    return use.records;
}

static void
a_record_outlives_who_wrote_it(void **state)
{
    Fixture *fixture = *state;

    put(fixture, 1, "one");
    put(fixture, 2, "");
    live_again(fixture);
    has(fixture, 1, "one");
    has(fixture, 2, "");
}

static void
the_newest_version_counts(void **state)
{
    Fixture *fixture = *state;

    put(fixture, 1, "old");
    put(fixture, 1, "new");
    has(fixture, 1, "new");
    live_again(fixture);
    has(fixture, 1, "new");
    assert_int_equal(count(fixture), 1);
}

static void
a_dropped_record_does_not_come_back(void **state)
{
    Fixture *fixture = *state;

    put(fixture, 1, "one");
    shelf_drop(fixture->shelf, (ShelfKey){SHELF_TEXT, 1});
    live_again(fixture);
    has_not(fixture, 1);
}

static void
kinds_have_keys_of_their_own(void **state)
{
    Fixture *fixture = *state;

    put(fixture, 1, "text");
    assert_true(shelf_put(fixture->shelf, (ShelfKey){SHELF_LOAD, 1}, "load", 4));
    has(fixture, 1, "text");
    assert_int_equal(count(fixture), 2);
}

/* Whoever writes may die at any byte: in every case the last whole version is there. */
static void
a_version_half_written_is_none(void **state)
{
    Fixture *fixture = *state;
    g_autofree uint8_t *before = g_malloc(SIZE), *after = g_malloc(SIZE);

    put(fixture, 1, "the version before");
    assert_int_equal(pread(fixture->fd, before, SIZE, 0), SIZE);
    put(fixture, 1, "another version");
    assert_int_equal(pread(fixture->fd, after, SIZE, 0), SIZE);
    for (size_t n = 0; n < 4 * BLOCK; n++) {
        Found found = {.key = 1};

        /* The first n bytes that changed are written.  The old record's head is cleared at last. */
        memcpy(before + n, after + n, n >= BLOCK && n < 2 * BLOCK ? 0 : 1);
        assert_int_equal(pwrite(fixture->fd, before, SIZE, 0), SIZE);
        live_again(fixture);
        shelf_foreach(fixture->shelf, SHELF_TEXT, find, &found);
        assert_int_equal(found.n, 1);
        assert_true(strcmp(found.text, "the version before") == 0 ||
                    strcmp(found.text, "another version") == 0);
    }
}

static void
a_crash_in_the_midst_of_writing_loses_no_other_record(void **state)
{
    Fixture *fixture = *state;
    pid_t child;
    int status;

    put(fixture, 7, "not to be lost");
    child = fork();
    if (child == 0) {
        (void)ualarm(100000, 0); /* its default is to end the process, wherever it is */
        for (uint64_t i = 0;; i++)
            (void)shelf_put(fixture->shelf, (ShelfKey){SHELF_TEXT, 10 + i % 20},
                            "some text of some length", i % 24);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    live_again(fixture);
    has(fixture, 7, "not to be lost");
    assert_in_range(count(fixture), 20, 21);
}

static void
what_does_not_fit_is_refused_and_its_old_version_gone(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *large = g_strnfill(SIZE, 'x');
    ShelfUse use;

    put(fixture, 1, "small");
    assert_false(shelf_put(fixture->shelf, (ShelfKey){SHELF_TEXT, 1}, large, SIZE));
    has_not(fixture, 1);
    shelf_use(fixture->shelf, &use);
    assert_int_equal(use.refused, 1);
    assert_int_equal(use.bytes, 0);
}

static void
freed_room_is_used_again(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *large = g_strnfill(SIZE / 3, 'x');

    for (unsigned i = 0; i < 100; i++)
        put(fixture, 1, large);
    assert_int_equal(count(fixture), 1);
}

static bool
refuse(uint64_t key, const void *data, size_t len, void *user)
{
    (void)data;
    (void)len;
    (void)user;
    return key != 1;
}

static void
what_its_owner_cannot_read_is_dropped(void **state)
{
    Fixture *fixture = *state;

    put(fixture, 1, "one");
    put(fixture, 2, "two");
    shelf_foreach(fixture->shelf, SHELF_TEXT, refuse, NULL);
    has_not(fixture, 1);
    live_again(fixture);
    has_not(fixture, 1);
    has(fixture, 2, "two");
}

static off_t
memory_used(const Fixture *fixture)
{
    struct stat status;

    assert_int_equal(fstat(fixture->fd, &status), 0);
    return status.st_blocks * 512;
}

/* As long as the text is that is written again and again. */
static void
writing_the_same_again_takes_no_more_memory(void **state)
{
    Fixture *fixture = *state;
    off_t before;

    assert_int_equal(ftruncate(fixture->fd, 64 << 20), 0);
    live_again(fixture);
    for (uint64_t i = 0; i < 2000; i++)
        put(fixture, i % 100, "some text");
    before = memory_used(fixture);
    for (uint64_t i = 0; i < 200000; i++)
        put(fixture, i % 100, "some text");
    assert_true(memory_used(fixture) <= before + (256 << 10));
}

static void
opening_makes_no_memory_where_nothing_was_written(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *large = g_strnfill(SIZE / 2, 'x');
    off_t before;

    assert_int_equal(ftruncate(fixture->fd, 64 << 20), 0);
    live_again(fixture);
    put(fixture, 1, "at the beginning");
    put(fixture, 2, large); /* at the end */
    before = memory_used(fixture);
    live_again(fixture);
    assert_int_equal(count(fixture), 2);
    assert_int_equal(memory_used(fixture), before);
}

static void
no_shelf_keeps_nothing(void **state)
{
    (void)state;
    assert_false(shelf_put(NULL, (ShelfKey){SHELF_TEXT, 1}, "x", 1));
    shelf_drop(NULL, (ShelfKey){SHELF_TEXT, 1});
    shelf_foreach(NULL, SHELF_TEXT, refuse, NULL);
}

/* Data that looks like a record, in a record that was freed: nobody who does not know the secret
 * can make one. */
static void
data_does_not_pass_for_a_record(void **state)
{
    Fixture *fixture = *state;
    g_autofree uint8_t *memory = g_malloc(SIZE);
    g_autofree char *text = g_malloc0(3 * BLOCK);
    g_autoptr(GError) error = NULL;
    autofd other = memfd_create("other", MFD_CLOEXEC);
    Shelf *forger;

    /* A real record of another memory, at the same distance. */
    assert_int_equal(ftruncate(other, SIZE), 0);
    forger = shelf_open(other, &error);
    assert_true(shelf_put(forger, (ShelfKey){SHELF_TEXT, 66}, "forged", 6));
    shelf_close(forger);
    assert_int_equal(pread(other, memory, SIZE, 0), SIZE);
    memcpy(text + BLOCK - 40, memory + BLOCK, BLOCK); /* behind its own head at a block's start */
    assert_true(shelf_put(fixture->shelf, (ShelfKey){SHELF_TEXT, 1}, text, 2 * BLOCK));
    shelf_drop(fixture->shelf, (ShelfKey){SHELF_TEXT, 1});
    live_again(fixture);
    has_not(fixture, 66);
    assert_int_equal(count(fixture), 0);
}

static void
any_damage_is_survived(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    g_autofree uint8_t *memory = g_malloc(SIZE);

    for (unsigned round = 0; round < 200; round++) {
        for (uint64_t key = 0; key < 20; key++)
            put(fixture, key, "some text");
        assert_int_equal(pread(fixture->fd, memory, SIZE, 0), SIZE);
        for (unsigned i = 0; i < 50; i++)
            memory[g_rand_int_range(random, 0, 40 * BLOCK)] = (uint8_t)g_rand_int(random);
        assert_int_equal(pwrite(fixture->fd, memory, SIZE, 0), SIZE);
        live_again(fixture);
        put(fixture, 99, "works");
        has(fixture, 99, "works");
    }
}

static void
memory_of_another_layout_has_no_records(void **state)
{
    Fixture *fixture = *state;
    uint32_t layout = 77;

    put(fixture, 1, "one");
    assert_int_equal(pwrite(fixture->fd, &layout, sizeof layout, 4), sizeof layout);
    live_again(fixture);
    assert_int_equal(count(fixture), 0);
    put(fixture, 1, "one");
    has(fixture, 1, "one");
}

static void
memory_too_small_is_refused(void **state)
{
    g_autoptr(GError) error = NULL;
    autofd fd = memfd_create("small", MFD_CLOEXEC);

    (void)state;
    assert_null(shelf_open(fd, &error));
    assert_non_null(error);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_record_outlives_who_wrote_it),
        TEST(the_newest_version_counts),
        TEST(a_dropped_record_does_not_come_back),
        TEST(kinds_have_keys_of_their_own),
        TEST(a_version_half_written_is_none),
        TEST(a_crash_in_the_midst_of_writing_loses_no_other_record),
        TEST(what_does_not_fit_is_refused_and_its_old_version_gone),
        TEST(freed_room_is_used_again),
        TEST(what_its_owner_cannot_read_is_dropped),
        TEST(writing_the_same_again_takes_no_more_memory),
        TEST(opening_makes_no_memory_where_nothing_was_written),
        cmocka_unit_test(no_shelf_keeps_nothing),
        TEST(data_does_not_pass_for_a_record),
        TEST(any_damage_is_survived),
        TEST(memory_of_another_layout_has_no_records),
        cmocka_unit_test(memory_too_small_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
