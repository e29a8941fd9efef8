/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/cpu_record.h"
#include "tests/unit/cmocka.h"

#define N_SEEN 2
#define TIMES 5 /* words of CpuTimes */

/* As the first program that kept such records wrote it: "0,2" of three CPUs were the container's.
 */
static void
write_old_record(RecordWriter *writer)
{
    const uint64_t last[] = {1, 77, 50000, 100000, 3, 0, 4, 5, 3};
    const uint64_t usages[] = {11, 12, 23, 21, 22, 43, 31, 32, 63};
    CpuSet cpus = {0};

    cpuset_add(&cpus, 0);
    cpuset_add(&cpus, 2);
    record_begin(writer, 1);
    record_write(writer, N_SEEN); /* online */
    record_write(writer, N_SEEN);
    record_write(writer, 900); /* elapsed */
    for (unsigned i = 0; i < TIMES + N_SEEN * (TIMES + 1); i++)
        record_write(writer, 100 + i);
    record_write_many(writer, last, G_N_ELEMENTS(last));
    record_write_cpus(writer, &cpus);
    record_write_many(writer, usages, G_N_ELEMENTS(usages));
}

static void
read_back(const RecordWriter *writer, CpuView *ret)
{
    size_t len;
    const void *bytes = record_bytes(writer, &len);

    assert_true(cpu_record_read(bytes, len, ret));
}

static void
expect_what_was_written(const CpuView *view)
{
    assert_int_equal(view->n_seen, N_SEEN);
    assert_int_equal(view->elapsed, 900);
    assert_int_equal(view->cpus[1].user, 100 + TIMES + TIMES + 1);
    assert_int_equal(view->last.user, 3);
    assert_int_equal(view->last.system, 4);
    assert_int_equal(view->last.throttled, 5);
    assert_int_equal(view->last.n_per_cpu, 3);
    assert_int_equal(view->last.n_its, 2);
    assert_true(view->last.per_cpu[0].is_its);
    assert_false(view->last.per_cpu[1].is_its);
    assert_true(view->last.per_cpu[2].is_its);
    assert_int_equal(view->last.per_cpu[2].usage.total, 63);
}

static void
a_record_of_an_older_program_is_understood(void **state)
{
    g_auto(RecordWriter) writer = {.more = NULL};
    g_auto(CpuView) view = {0};

    (void)state;
    write_old_record(&writer);
    read_back(&writer, &view);
    expect_what_was_written(&view);
}

static void
what_is_written_is_read_again(void **state)
{
    g_auto(RecordWriter) old = {.more = NULL}, writer = {.more = NULL};
    g_auto(CpuView) first = {0}, view = {0};

    (void)state;
    write_old_record(&old);
    read_back(&old, &first);
    cpu_record_write(&first, &writer);
    read_back(&writer, &view);
    expect_what_was_written(&view);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_of_an_older_program_is_understood),
        cmocka_unit_test(what_is_written_is_read_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
