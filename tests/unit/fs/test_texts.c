/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/survive/facts.h"
#include "fs/texts.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define START (100 * (uint64_t)SECOND)

static int
make(void **state)
{
    *state = texts_new(3, 4096);
    return 0;
}

static int
unmake(void **state)
{
    texts_free(*state);
    return 0;
}

static const ProcFile file = {.path = "proc/file"};

/* Puts @string for the container @number. */
static Text
put(Texts *texts, uint64_t number, uint64_t now, const char *string)
{
    g_autoptr(GBytes) bytes = g_bytes_new(string, strlen(string));
    Text text = {.bytes = bytes, .tick = now};

    texts_put(texts, &(TextsKey){.container = number, .file = &file}, now, &text);
    return text;
}

static void
has(Texts *texts, uint64_t number, uint64_t now, const char *wanted)
{
    g_auto(Text) text = {0};

    assert_true(texts_get(texts, &(TextsKey){.container = number, .file = &file}, now, &text));
    assert_int_equal(g_bytes_get_size(text.bytes), strlen(wanted));
    assert_memory_equal(g_bytes_get_data(text.bytes, NULL), wanted, strlen(wanted));
}

static void
has_no(Texts *texts, const TextsKey *key, uint64_t now)
{
    Text text;

    assert_false(texts_get(texts, key, now, &text));
}

static void
has_not(Texts *texts, uint64_t number, uint64_t now)
{
    has_no(texts, &(TextsKey){.container = number, .file = &file}, now);
}

static void
a_text_is_good_for_a_second(void **state)
{
    (void)put(*state, 1, START, "text");
    has(*state, 1, START, "text");
    has(*state, 1, START + SECOND, "text");
    has_not(*state, 1, START + SECOND + 1);
}

static void
a_text_from_the_future_is_not_good(void **state)
{
    (void)put(*state, 1, START, "text");
    has_not(*state, 1, START - 1);
}

static void
the_last_text_counts(void **state)
{
    (void)put(*state, 1, START, "old");
    (void)put(*state, 1, START + 1, "new");
    has(*state, 1, START + 1, "new");
}

static void
whatever_a_text_depends_on_tells_it_from_others(void **state)
{
    static const ProcFile other = {.path = "proc/other"};

    (void)put(*state, 1, START, "text");
    has_not(*state, 2, START);
    has_no(*state, &(TextsKey){.container = 1, .file = &other}, START);
    has_no(*state, &(TextsKey){.container = 1, .file = &file, .boottime_offset = 1}, START);
    has_no(*state, &(TextsKey){.container = 1, .file = &file, .numbers.of = {1}}, START);
}

static void
each_text_has_a_greater_serial_than_all_before(void **state)
{
    Text first = put(*state, 1, START, "1"), second = put(*state, 2, START, "2"),
         third = put(*state, 1, START, "3");

    assert_true(0 < first.serial && first.serial < second.serial && second.serial < third.serial);
}

static void
the_oldest_makes_room(void **state)
{
    (void)put(*state, 1, START, "1");
    (void)put(*state, 2, START + 1, "2");
    (void)put(*state, 3, START + 2, "3");
    (void)put(*state, 4, START + 3, "4");
    has_not(*state, 1, START + 3);
    has(*state, 2, START + 3, "2");
    has(*state, 4, START + 3, "4");
}

static void
many_bytes_make_room_too(void **state)
{
    g_autofree char *large = g_strnfill(3000, 'x');

    (void)put(*state, 1, START, large);
    (void)put(*state, 2, START + 1, large);
    has_not(*state, 1, START + 1);
    has(*state, 2, START + 1, large);
}

static void
a_text_larger_than_all_room_is_not_kept(void **state)
{
    g_autofree char *huge = g_strnfill(5000, 'x');
    unsigned n;
    size_t bytes;

    (void)put(*state, 1, START, huge);
    has_not(*state, 1, START);
    texts_use(*state, &n, &bytes);
    assert_int_equal(n, 0);
    assert_int_equal(bytes, 0);
}

static void
what_is_too_old_goes_with_the_next_text(void **state)
{
    unsigned n;
    size_t bytes;

    (void)put(*state, 1, START, "1");
    (void)put(*state, 2, START + 1, "2");
    (void)put(*state, 3, START + 1 + TEXTS_RECALL_USEC + 1, "3");
    texts_use(*state, &n, &bytes);
    assert_int_equal(n, 1);
}

static TextsKey
key_of(uint64_t number)
{
    return (TextsKey){.container = number, .file = &file};
}

static gint asks; /* atomic: another thread is about to ask */

static void *
make_another(void *texts)
{
    const TextsKey key = key_of(1);

    g_atomic_int_set(&asks, 1);
    return texts_make(texts, &key) ? texts : NULL;
}

static void
who_asks_while_a_text_is_made_waits_until_it_is(void **state)
{
    const TextsKey key = key_of(1);
    GThread *thread;

    assert_true(texts_make(*state, &key));
    g_atomic_int_set(&asks, 0);
    thread = g_thread_new("another", make_another, *state);
    while (!g_atomic_int_get(&asks))
        g_usleep(100);
    g_usleep(20000); /* time to be at it, even on a busy machine */
    (void)put(*state, 1, START, "1");
    texts_made(*state, &key);
    assert_null(g_thread_join(thread));
    assert_true(texts_make(*state, &key));
}

static void
who_is_stuck_is_not_waited_for_long(void **state)
{
    const TextsKey key = key_of(1);

    assert_true(texts_make(*state, &key));
    assert_false(texts_make(*state, &key)); /* it returns */
}

static void
who_makes_one_text_is_in_nobody_elses_way(void **state)
{
    const TextsKey key = key_of(1), other = key_of(2);

    assert_true(texts_make(*state, &key));
    assert_true(texts_make(*state, &other));
}

static void
serials_grow_over_lives_though_the_clock_goes_back(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Texts) next = texts_new(3, 4096);
    uint64_t last;

    facts_set(lives->shelf, FACT_SERIAL, (uint64_t)g_get_real_time() + SECOND);
    texts_keep(*state, lives->shelf, START);
    last = put(*state, 1, START, "one").serial;
    assert_true(last > facts_get(lives->shelf, FACT_SERIAL) - SECOND);
    for (int i = 0; i < 30000; i++)
        last = put(*state, 1, START, "one").serial;
    lives_next(lives);
    texts_keep(next, lives->shelf, START);
    assert_true(put(next, 1, START, "one").serial > last);
}

static void
the_next_life_begins_hardly_later_than_the_clock(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Texts) next = texts_new(3, 4096);

    texts_keep(*state, lives->shelf, START);
    for (int i = 0; i < 1000; i++)
        (void)put(*state, 1, START, "one");
    lives_next(lives);
    texts_keep(next, lives->shelf, START);
    assert_true(put(next, 1, START, "one").serial <= (uint64_t)g_get_real_time() + 11000);
}

/* Of a file that another program knows, too. */
static TextsKey
kept_key(void)
{
    return (TextsKey){.container = 7, .file = &proc_files[0], .boottime_offset = -3};
}

static void
put_kept(Texts *texts, uint64_t now, const char *string)
{
    g_autoptr(GBytes) bytes = g_bytes_new(string, strlen(string));
    const TextsKey key = kept_key();
    Text text = {.bytes = bytes, .tick = now, .longest = 100};

    texts_put(texts, &key, now, &text);
}

static void
recalls(Texts *texts, uint64_t now, const char *wanted, uint64_t age)
{
    const TextsKey key = kept_key();
    g_auto(Text) text = {0};
    uint64_t found;

    assert_true(texts_recall(texts, &key, now, &text, &found));
    assert_memory_equal(g_bytes_get_data(text.bytes, NULL), wanted, strlen(wanted));
    assert_int_equal(text.longest, 100);
    assert_int_equal(found, age);
}

static void
the_last_text_outlives_who_made_it(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Texts) next = texts_new(3, 4096);
    const TextsKey key = kept_key();
    g_auto(Text) text = {0};

    texts_keep(*state, lives->shelf, START);
    put_kept(*state, START, "old");
    put_kept(*state, START + SECOND, "kept");
    put_kept(*state, START + SECOND + 1, "newest");
    lives_next(lives);
    texts_keep(next, lives->shelf, START + 2 * SECOND);
    assert_true(texts_get(next, &key, START + 2 * SECOND, &text)); /* if a source fails */
    recalls(next, START + 60 * SECOND, "kept", 59 * SECOND);
    has_no(next, &key, START + 60 * SECOND);
}

static void
the_last_text_of_a_file_that_counts_is_kept(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Texts) next = texts_new(3, 4096);
    g_autoptr(GBytes) one = g_bytes_new_static("1", 1), two = g_bytes_new_static("2", 1);
    Text first = {.bytes = one}, second = {.bytes = two};
    TextsKey key = {.container = 7};
    g_auto(Text) found = {0};
    uint64_t age;

    key.file = proc_file_match("proc/uptime", &key.numbers);
    texts_keep(*state, lives->shelf, START);
    texts_put(*state, &key, START, &first);
    texts_put(*state, &key, START + 1, &second);
    lives_next(lives);
    texts_keep(next, lives->shelf, START + 2);
    assert_true(texts_recall(next, &key, START + 2, &found, &age));
    assert_true(g_bytes_equal(found.bytes, two));
}

static void
lives_that_are_short_gather_no_texts(void **state)
{
    g_autoptr(Lives) lives = lives_new();
    g_autoptr(Texts) second = texts_new(3, 4096);
    g_autoptr(Texts) third = texts_new(3, 4096);
    g_autoptr(GBytes) string = g_bytes_new("two", strlen("two"));
    Text text = {.bytes = string, .tick = START, .longest = 100};
    TextsKey other = kept_key();
    unsigned n;
    size_t bytes;

    other.container++;
    texts_keep(*state, lives->shelf, START);
    put_kept(*state, START, "one");
    lives_next(lives);
    texts_keep(second, lives->shelf, START + 2 * SECOND);
    texts_put(second, &other, START + 11 * SECOND, &text);
    texts_use(second, &n, &bytes);
    assert_int_equal(n, 2); /* the first was taken up nine seconds ago */
    lives_next(lives);
    texts_keep(third, lives->shelf, START + 11 * SECOND);
    texts_use(third, &n, &bytes);
    assert_int_equal(n, 1);
}

static void
what_is_forgotten_is_not_kept(void **state)
{
    g_autoptr(Lives) lives = lives_new();

    texts_keep(*state, lives->shelf, START);
    put_kept(*state, START, "text");
    assert_int_equal(lives_count(lives, SHELF_GOOD), 1);
    (void)put(*state, 1, START + 1 + TEXTS_RECALL_USEC, "2");
    assert_int_equal(lives_count(lives, SHELF_GOOD), 1); /* that of the other */
}

static void
a_record_that_is_none_is_dropped(void **state)
{
    g_autoptr(Lives) lives = lives_new();

    lives_put_nonsense(lives, SHELF_GOOD, 5);
    texts_keep(*state, lives->shelf, START);
    assert_int_equal(lives_count(lives, SHELF_GOOD), 0);
    put_kept(*state, START, "text");
    recalls(*state, START, "text", 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_text_is_good_for_a_second),
        TEST(a_text_from_the_future_is_not_good),
        TEST(the_last_text_counts),
        TEST(whatever_a_text_depends_on_tells_it_from_others),
        TEST(each_text_has_a_greater_serial_than_all_before),
        TEST(the_oldest_makes_room),
        TEST(many_bytes_make_room_too),
        TEST(a_text_larger_than_all_room_is_not_kept),
        TEST(what_is_too_old_goes_with_the_next_text),
        TEST(who_asks_while_a_text_is_made_waits_until_it_is),
        TEST(who_is_stuck_is_not_waited_for_long),
        TEST(who_makes_one_text_is_in_nobody_elses_way),
        TEST(the_last_text_outlives_who_made_it),
        TEST(the_last_text_of_a_file_that_counts_is_kept),
        TEST(what_is_forgotten_is_not_kept),
        TEST(a_record_that_is_none_is_dropped),
        TEST(serials_grow_over_lives_though_the_clock_goes_back),
        TEST(the_next_life_begins_hardly_later_than_the_clock),
        TEST(lives_that_are_short_gather_no_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
