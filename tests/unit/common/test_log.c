/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/log.h"
#include "tests/unit/cmocka.h"

#include <string.h>

static unsigned lines_seen;
static char *last_line;

static GLogWriterOutput
count_line(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    (void)level;
    (void)data;
    lines_seen++;
    for (gsize i = 0; i < n_fields; i++)
        if (strcmp(fields[i].key, "MESSAGE") == 0) {
            g_free(last_line);
            last_line = g_strdup(fields[i].value);
        }
    return G_LOG_WRITER_HANDLED;
}

static void
a_flood_of_one_kind_is_one_line_a_second(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        log_limited(G_LOG_LEVEL_WARNING, "flood", "flood %d", i);
    assert_int_equal(lines_seen, 1);
    assert_string_equal(last_line, "flood 0");

    g_usleep(1100 * 1000);
    log_limited(G_LOG_LEVEL_WARNING, "flood", "flood again");
    assert_int_equal(lines_seen, 2);
    assert_string_equal(last_line, "flood again (and 999 more like it)");
}

static void
kinds_do_not_silence_each_other(void **state)
{
    unsigned before = lines_seen;

    (void)state;
    log_limited(G_LOG_LEVEL_WARNING, "one", "one");
    log_limited(G_LOG_LEVEL_WARNING, "other", "other");
    assert_int_equal(lines_seen, before + 2);
}

static void
what_others_chose_cannot_steer_a_terminal(void **state)
{
    (void)state;
    log_limited(G_LOG_LEVEL_WARNING, "name", "cgroup /a\033[2J\r\xc3\xa4");
    assert_string_equal(last_line, "cgroup /a?[2J?\xc3\xa4");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_of_one_kind_is_one_line_a_second),
        cmocka_unit_test(kinds_do_not_silence_each_other),
        cmocka_unit_test(what_others_chose_cannot_steer_a_terminal),
    };

    g_log_set_writer_func(count_line, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
