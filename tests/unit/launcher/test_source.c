/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/exporter/source.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/folder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A source lives as long as the process: as a thread does. */
static Source *
source_of(const char *folder)
{
    static Source *kept[8]; /* for who looks for leaks */
    static unsigned n;

    kept[n] = source_new(folder, folder);
    return kept[n++];
}

static void
the_tally_follows_the_metrics(void **state)
{
    g_autoptr(GString) text = NULL;

    folder_write(*state, "metrics", "ownproc_containers 3\n");
    folder_write(*state, "tally", "nri injected 7\n");
    text = source_read(source_of(*state), NULL);
    assert_non_null(text);
    assert_true(g_str_has_prefix(text->str, "ownproc_containers 3\n# HELP ownproc_injected"));
    assert_non_null(strstr(text->str, "\nownproc_injected_total{route=\"nri\"} 7\n"));
}

static void
each_call_reads_anew(void **state)
{
    Source *source = source_of(*state);
    g_autoptr(GString) first = NULL, second = NULL;

    folder_write(*state, "metrics", "a 1\n");
    first = source_read(source, NULL);
    folder_write(*state, "metrics", "a 2\n");
    second = source_read(source, NULL);
    assert_true(g_str_has_prefix(first->str, "a 1\n"));
    assert_true(g_str_has_prefix(second->str, "a 2\n"));
}

static void
where_no_daemon_serves_that_is_said(void **state)
{
    g_autofree char *message =
        g_strdup_printf("cannot open %s/metrics: No such file or directory", (char *)*state);
    g_autoptr(GError) error = NULL;

    assert_null(source_read(source_of(*state), &error));
    assert_string_equal(error->message, message);
}

/* Nobody writes to a pipe, so that open(2) waits as a read of a dead file system does. */
static void
a_daemon_that_hangs_is_waited_for_two_seconds(void **state)
{
    g_autofree char *path = g_build_filename(*state, "metrics", NULL);
    Source *source = source_of(*state);
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    int fd;

    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(source_read(source, &error));
    assert_true(g_get_monotonic_time() - start >= 2 * G_USEC_PER_SEC);
    assert_non_null(strstr(error->message, "the daemon does not answer"));
    fd = open(path, O_WRONLY | O_NONBLOCK); /* lets the thread go */
    assert_true(fd >= 0);
    (void)close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_tally_follows_the_metrics, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(each_call_reads_anew, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(where_no_daemon_serves_that_is_said, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(a_daemon_that_hangs_is_waited_for_two_seconds, folder_make,
                                        folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
