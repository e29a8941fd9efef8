/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"
#include "fs/failure.h"
#include "fs/metrics.h"
#include "tests/request/machine.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/file_of.h"
#include "tests/unit/fs/serve_as.h"

#include <errno.h>
#include <sys/personality.h>

static int
make(void **state)
{
    *state = machine_new();
    return 0;
}

static int
unmake(void **state)
{
    machine_free(*state);
    return 0;
}

/* The text of @path for @tid; the caller frees. */
static char *
text_of(const Machine *machine, const char *path, pid_t tid)
{
    GString *text = g_string_new(NULL);

    assert_true(serve_as(&machine->server, &(ProcName){.file = file_of(path)}, tid, MACHINE_NOW,
                         text, NULL));
    return g_string_free(text, FALSE);
}

static void
refuses(const Machine *machine, pid_t tid, ReadError code)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    assert_false(serve_as(&machine->server, &(ProcName){.file = file_of("proc/stat")}, tid,
                          MACHINE_NOW, text, &error));
    assert_true(g_error_matches(error, READ_ERROR, (int)code));
    assert_int_equal(text->len, 0); /* not a word of the host's */
}

static uint64_t
container_of(const Machine *machine, pid_t tid)
{
    g_autoptr(Asker) asker = askers_identify(machine->askers, tid, MACHINE_NOW, NULL);

    assert_non_null(asker);
    return asker_number(asker);
}

static void
the_host_reads_every_file_as_it_is(void **state)
{
    const Machine *machine = *state;

    for (unsigned i = 0; i < proc_files_n; i++) {
        g_autofree char *path = g_build_filename(machine->path, proc_files[i].path, NULL);
        g_autofree char *wanted = NULL, *text = NULL;

        if (!g_file_get_contents(path, &wanted, NULL, NULL))
            continue; /* this machine has no such file */
        text = text_of(machine, proc_files[i].path, PID_HOST);
        assert_string_equal(text, wanted);
    }
}

static void
a_container_is_shown_its_own_cpus_and_age(void **state)
{
    g_autofree char *online = text_of(*state, "sys/devices/system/cpu/online", PID_A);
    g_autofree char *uptime = text_of(*state, "proc/uptime", PID_A);

    assert_string_equal(online, "0\n");
    assert_true(g_str_has_prefix(uptime, "1000.00 ")); /* 5000 - 4000 */
}

static void
whoever_cannot_be_told_is_told_nothing(void **state)
{
    refuses(*state, 0, READ_ERROR_STRANGER);
    refuses(*state, -1, READ_ERROR_STRANGER);
    refuses(*state, PID_GONE, READ_ERROR_GONE);
}

static void
the_host_is_container_0_and_nobody_else(void **state)
{
    assert_true(container_of(*state, PID_HOST) == 0);
    assert_true(container_of(*state, PID_A) != 0);
    assert_true(container_of(*state, PID_A) == container_of(*state, PID_A2));
    assert_true(container_of(*state, PID_A) != container_of(*state, PID_B));
}

static void
for_a_32_bit_reader_the_thread_changes_and_goes_back(void **state)
{
    int before = personality(0xffffffff);
    g_autofree char *text = NULL;

    machine_write(*state, "proc/201/personality", "00000008\n");
    text = text_of(*state, "proc/cpuinfo", PID_A);
    assert_true(g_str_has_prefix(text, "processor\t: 0\n"));
    assert_int_equal(personality(0xffffffff), before);
}

static void
answers(int code, int errsv, Metric metric)
{
    g_autoptr(GError) error = g_error_new_literal(READ_ERROR, code, "it failed");
    uint64_t before = metrics_get(metric);

    assert_int_equal(failure_errno(error, file_of("proc/stat"), 1), errsv);
    assert_int_equal(metrics_get(metric), before + 1);
}

static void
each_failure_has_its_errno_and_counter(void **state)
{
    (void)state;
    answers(READ_ERROR_GONE, ESTALE, METRIC_ERROR_GONE);
    answers(READ_ERROR_MALFORMED, EIO, METRIC_ERROR_MALFORMED);
    answers(READ_ERROR_IO, EIO, METRIC_ERROR_IO);
    answers(READ_ERROR_STRANGER, EACCES, METRIC_ERROR_STRANGER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_host_reads_every_file_as_it_is, make, unmake),
        cmocka_unit_test_setup_teardown(a_container_is_shown_its_own_cpus_and_age, make, unmake),
        cmocka_unit_test_setup_teardown(whoever_cannot_be_told_is_told_nothing, make, unmake),
        cmocka_unit_test_setup_teardown(the_host_is_container_0_and_nobody_else, make, unmake),
        cmocka_unit_test_setup_teardown(for_a_32_bit_reader_the_thread_changes_and_goes_back, make,
                                        unmake),
        cmocka_unit_test(each_failure_has_its_errno_and_counter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
