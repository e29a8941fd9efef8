/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/survive/record.h"
#include "tests/unit/cmocka.h"

#define VERSION 3

static RecordReader
read_back(const RecordWriter *writer)
{
    size_t len;
    const void *data = record_bytes(writer, &len);

    return record_read(data, len, VERSION);
}

static void
what_was_written_is_read_in_its_order(void **state)
{
    static const uint64_t many[] = {1, 2, 3};
    g_auto(RecordWriter) writer;
    RecordReader reader;
    g_autofree char *text = NULL;
    uint64_t back[3];

    (void)state;
    record_begin(&writer, VERSION);
    record_write(&writer, UINT64_MAX);
    record_write_many(&writer, many, 3);
    record_write_bytes(&writer, "a text", 6);
    reader = read_back(&writer);
    assert_true(record_take(&reader) == UINT64_MAX);
    record_take_many(&reader, back, 3);
    assert_memory_equal(back, many, sizeof many);
    text = record_take_text(&reader, 6);
    assert_string_equal(text, "a text");
    assert_true(record_is_whole(&reader));
}

static void
a_record_grows_as_long_as_is_written(void **state)
{
    g_auto(RecordWriter) writer;
    RecordReader reader;

    (void)state;
    record_begin(&writer, VERSION);
    for (uint64_t i = 0; i < 10000; i++)
        record_write(&writer, i);
    reader = read_back(&writer);
    for (uint64_t i = 0; i < 10000; i++)
        assert_true(record_take(&reader) == i);
    assert_true(record_is_whole(&reader));
}

static void
another_version_is_not_read(void **state)
{
    g_auto(RecordWriter) writer;
    RecordReader reader;

    (void)state;
    record_begin(&writer, VERSION + 1);
    reader = read_back(&writer);
    assert_false(record_is_whole(&reader));
}

static void
what_a_later_program_added_is_passed_over(void **state)
{
    uint64_t words[] = {VERSION, 1, 2};
    RecordReader reader = record_read(words, sizeof words, VERSION);

    (void)state;
    assert_true(record_take(&reader) == 1);
    assert_true(record_is_whole(&reader));
}

static void
what_ends_too_early_is_not_all_right(void **state)
{
    uint64_t words[] = {VERSION, 1};
    RecordReader reader = record_read(words, sizeof words, VERSION);

    (void)state;
    assert_true(record_take(&reader) == 1);
    assert_true(record_take(&reader) == 0);
    assert_false(record_is_whole(&reader));
    reader = record_read(words, sizeof words - 1, VERSION);
    (void)record_take(&reader);
    assert_false(record_is_whole(&reader));
}

static void
a_number_that_cannot_be_is_not_all_right(void **state)
{
    uint64_t words[] = {VERSION, 8};
    RecordReader reader = record_read(words, sizeof words, VERSION);

    (void)state;
    assert_true(record_take_max(&reader, 7) == 0);
    assert_false(record_is_whole(&reader));
}

static void
a_text_longer_than_the_record_is_none(void **state)
{
    uint64_t words[] = {VERSION, UINT64_MAX, 0};
    RecordReader reader = record_read(words, sizeof words, VERSION);

    (void)state;
    assert_null(record_take_text(&reader, SIZE_MAX));
    assert_false(record_is_whole(&reader));
}

static void
a_text_with_a_nul_is_none(void **state)
{
    g_auto(RecordWriter) writer;
    RecordReader reader;

    (void)state;
    record_begin(&writer, VERSION);
    record_write_bytes(&writer, "a\0b", 3);
    reader = read_back(&writer);
    assert_null(record_take_text(&reader, 100));
    assert_false(record_is_whole(&reader));
}

static bool
paths_pass(const char *unified)
{
    const CgroupPaths paths = {.unified = (char *)unified, .v1[CGROUP_MEMORY] = (char *)"/a"};
    g_auto(CgroupPaths) back = {0};
    g_auto(RecordWriter) writer;
    RecordReader reader;

    record_begin(&writer, VERSION);
    record_write_paths(&writer, &paths);
    reader = read_back(&writer);
    record_take_paths(&reader, &back);
    if (!record_is_whole(&reader))
        return false;
    assert_string_equal(back.v1[CGROUP_MEMORY], "/a");
    assert_null(back.v1[CGROUP_CPU]);
    assert_true(g_strcmp0(back.unified, unified) == 0);
    return true;
}

static void
paths_lead_down_from_the_root(void **state)
{
    (void)state;
    assert_true(paths_pass("/"));
    assert_true(paths_pass(NULL));
    assert_true(paths_pass("/a..b/..c/.../d.."));
    assert_false(paths_pass("a"));
    assert_false(paths_pass("/.."));
    assert_false(paths_pass("/a/../../b"));
}

static void
a_path_that_is_the_same_everywhere_is_written_once(void **state)
{
    static char path[] = "/a/path/of/some/length/so/that/it/is/longer/than/what/stands/for/it";
    CgroupPaths paths = {.v1 = {path, NULL, path, (char *)"/", path}, .unified = path};
    g_auto(CgroupPaths) back = {0};
    g_auto(RecordWriter) writer;
    RecordReader reader;
    size_t len;

    (void)state;
    record_begin(&writer, VERSION);
    record_write_paths(&writer, &paths);
    (void)record_bytes(&writer, &len);
    assert_true(len < 3 * sizeof path + 2 * CGROUP_N_CONTROLLERS * sizeof(uint64_t));
    reader = read_back(&writer);
    record_take_paths(&reader, &back);
    assert_true(record_is_whole(&reader));
    assert_string_equal(back.unified, path);
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        assert_true(g_strcmp0(back.v1[i], paths.v1[i]) == 0);
}

/* There is none that it could be the same as. */
static void
the_first_path_is_not_the_same_as_another(void **state)
{
    uint64_t words[2 + CGROUP_N_CONTROLLERS + 1] = {VERSION, CGROUP_N_CONTROLLERS, UINT64_MAX};
    RecordReader reader = record_read(words, sizeof words, VERSION);
    g_auto(CgroupPaths) back = {0};

    (void)state;
    record_take_paths(&reader, &back);
    assert_false(record_is_whole(&reader));
}

static void
sets_of_cpus_are_as_long_as_they_must_be(void **state)
{
    g_auto(RecordWriter) writer;
    RecordReader reader;
    CpuSet set = {0}, back;
    size_t len;

    (void)state;
    cpuset_add(&set, 65);
    record_begin(&writer, VERSION);
    record_write_cpus(&writer, &set);
    (void)record_bytes(&writer, &len);
    assert_int_equal(len, 4 * sizeof(uint64_t));
    reader = read_back(&writer);
    record_take_cpus(&reader, &back);
    assert_true(record_is_whole(&reader));
    assert_memory_equal(&set, &back, sizeof set);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_in_its_order),
        cmocka_unit_test(a_record_grows_as_long_as_is_written),
        cmocka_unit_test(another_version_is_not_read),
        cmocka_unit_test(what_a_later_program_added_is_passed_over),
        cmocka_unit_test(what_ends_too_early_is_not_all_right),
        cmocka_unit_test(a_number_that_cannot_be_is_not_all_right),
        cmocka_unit_test(a_text_longer_than_the_record_is_none),
        cmocka_unit_test(a_text_with_a_nul_is_none),
        cmocka_unit_test(paths_lead_down_from_the_root),
        cmocka_unit_test(a_path_that_is_the_same_everywhere_is_written_once),
        cmocka_unit_test(the_first_path_is_not_the_same_as_another),
        cmocka_unit_test(sets_of_cpus_are_as_long_as_they_must_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
