/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"
#include "common/lines.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static void
assert_span(Span span, const char *expected)
{
    g_autofree char *text = span_dup(span);

    assert_string_equal(text, expected);
}

static void
a_last_line_without_newline_counts(void **state)
{
    LineIter lines = lines_of("a\n\nb", 4);
    Span line;

    (void)state;
    assert_true(lines_next(&lines, &line));
    assert_span(line, "a");
    assert_true(lines_next(&lines, &line));
    assert_span(line, "");
    assert_true(lines_next(&lines, &line));
    assert_span(line, "b");
    assert_false(lines_next(&lines, &line));
}

static void
an_empty_text_has_no_lines(void **state)
{
    LineIter lines = lines_of("", 0);
    Span line;

    (void)state;
    assert_false(lines_next(&lines, &line));
}

static void
words_are_separated_by_any_number_of_blanks(void **state)
{
    Span rest = {"  one\ttwo ", 10}, word;

    (void)state;
    assert_true(span_next_word(&rest, &word));
    assert_span(word, "one");
    assert_true(span_next_word(&rest, &word));
    assert_span(word, "two");
    assert_false(span_next_word(&rest, &word));
}

static void
fields_keep_what_is_empty_between_separators(void **state)
{
    Span rest = {"0::/a:b", 7}, field;

    (void)state;
    assert_true(span_next_field(&rest, ':', &field));
    assert_span(field, "0");
    assert_true(span_next_field(&rest, ':', &field));
    assert_span(field, "");
    assert_span(rest, "/a:b");
}

static void
the_last_field_ends_the_walk(void **state)
{
    Span rest = {"a,", 2}, field;

    (void)state;
    assert_true(span_next_field(&rest, ',', &field));
    assert_true(span_next_field(&rest, ',', &field));
    assert_span(field, "");
    assert_false(span_next_field(&rest, ',', &field));
}

typedef struct {
    uint64_t file, file_mapped, missing;
} Stat;

static const LineKey stat_keys[] = {{"file", offsetof(Stat, file)},
                                    {"file_mapped", offsetof(Stat, file_mapped)},
                                    {"missing", offsetof(Stat, missing)}};

static bool
read_stat(const char *text, Stat *stat, GError **error)
{
    return lines_read_keys(text, strlen(text), stat_keys, G_N_ELEMENTS(stat_keys), stat, error);
}

static void
keys_are_exact_not_prefixes(void **state)
{
    Stat stat = {.missing = 9};

    (void)state;
    assert_true(read_stat("file_mapped 2\nfile_new 8\nfile 1\n\nfil 7\n", &stat, NULL));
    assert_true(stat.file == 1);
    assert_true(stat.file_mapped == 2);
    assert_true(stat.missing == 9);
}

static void
a_wanted_key_without_a_number_is_malformed_and_named(void **state)
{
    static const char *const bad[] = {"file\n", "file x\n", "file -1\n", "file 1x"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        Stat stat = {0};

        assert_false(read_stat(bad[i], &stat, &error));
        assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_MALFORMED));
        assert_true(g_str_has_prefix(error->message, "file: "));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_last_line_without_newline_counts),
        cmocka_unit_test(an_empty_text_has_no_lines),
        cmocka_unit_test(words_are_separated_by_any_number_of_blanks),
        cmocka_unit_test(fields_keep_what_is_empty_between_separators),
        cmocka_unit_test(the_last_field_ends_the_walk),
        cmocka_unit_test(keys_are_exact_not_prefixes),
        cmocka_unit_test(a_wanted_key_without_a_number_is_malformed_and_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
