/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/control_value.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static char *
decode(const char *text)
{
    return control_value_decode((Span){text, strlen(text)});
}

static void
what_would_end_a_line_or_a_word_is_escaped(void **state)
{
    g_autoptr(GString) out = g_string_new("name=");

    (void)state;
    control_value_append(out, "a b\n50%\x7f\xc3\xa4");
    assert_string_equal(out->str, "name=a%20b%0A50%25%7F\xc3\xa4");
}

static void
both_cases_of_a_digit_are_read(void **state)
{
    g_autofree char *value = decode("a%0a%2F%2fb");

    (void)state;
    assert_string_equal(value, "a\n//b");
}

static void
an_empty_value_is_one(void **state)
{
    g_autofree char *value = decode("");

    (void)state;
    assert_string_equal(value, "");
}

static void
what_is_not_written_so_is_refused(void **state)
{
    static const char *const texts[] = {"%",   "a%2",  "%2g",  "%g2",  "%00",
                                        "a b", "a\tb", "\x7f", "%%20", "%-1"};

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *value = decode(texts[i]);

        assert_null(value);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_would_end_a_line_or_a_word_is_escaped),
        cmocka_unit_test(both_cases_of_a_digit_are_read),
        cmocka_unit_test(an_empty_value_is_one),
        cmocka_unit_test(what_is_not_written_so_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
