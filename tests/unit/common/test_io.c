/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/error.h"
#include "common/fd.h"
#include "common/io.h"
#include "tests/unit/cmocka.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    char *path;
    int fd;
} Dir;

static int
dir_make(void **state)
{
    Dir *dir = g_new0(Dir, 1);

    dir->path = g_dir_make_tmp("io-XXXXXX", NULL);
    dir->fd = open(dir->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    *state = dir;
    return dir->fd < 0;
}

static void
dir_put(const Dir *dir, const char *name, const char *text, size_t len)
{
    g_autofree char *path = g_build_filename(dir->path, name, NULL);

    assert_true(g_file_set_contents(path, text, (gssize)len, NULL));
}

static int
dir_remove(void **state)
{
    Dir *dir = *state;
    g_autoptr(GDir) entries = g_dir_open(dir->path, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(entries)))
        (void)unlinkat(dir->fd, name, 0);
    (void)g_rmdir(dir->path);
    fd_clear(&dir->fd);
    g_free(dir->path);
    g_free(dir);
    return 0;
}

static void
texts_longer_than_the_first_buffer_are_whole(void **state)
{
    const Dir *dir = *state;
    size_t sizes[] = {0, 1, 4095, 4096, 4097, 100000};

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *written = g_malloc0(sizes[i] + 1), *read = NULL;
        size_t len = 1;

        memset(written, 'x', sizes[i]);
        dir_put(dir, "file", written, sizes[i]);
        read = io_read_at(dir->fd, "file", &len, NULL);
        assert_non_null(read);
        assert_true(len == sizes[i]);
        assert_string_equal(read, written);
    }
}

/* What the kernel writes at once ends where a read brings less than it was asked for. */
static void
a_text_of_one_record_is_whole_whatever_its_length(void **state)
{
    const Dir *dir = *state;
    size_t sizes[] = {0, 1, 2047, 2049, 4095, 4096, 4097, 100000};

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *written = g_malloc0(sizes[i] + 1), *read = NULL;
        autofd fd = -1;
        size_t len = 1;

        memset(written, 'x', sizes[i]);
        dir_put(dir, "file", written, sizes[i]);
        fd = io_open_at(dir->fd, "file", O_RDONLY, NULL);
        read = io_read_record_fd(fd, "file", &len, NULL);
        assert_non_null(read);
        assert_true(len == sizes[i]);
        assert_string_equal(read, written);
    }
}

static void
a_text_without_end_is_an_error_not_a_larger_buffer(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(io_read_at(AT_FDCWD, "/dev/zero", NULL, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_IO));
}

static void
a_missing_file_is_gone_and_named(void **state)
{
    const Dir *dir = *state;
    g_autoptr(GError) error = NULL;

    assert_null(io_read_at(dir->fd, "nothing", NULL, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
    assert_non_null(strstr(error->message, "nothing"));
    assert_non_null(strstr(error->message, "No such file"));
}

static void
a_directory_cannot_be_read(void **state)
{
    const Dir *dir = *state;
    g_autoptr(GError) error = NULL;

    assert_null(io_read_at(dir->fd, ".", NULL, &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_IO));
}

static void
a_text_is_written_as_it_is(void **state)
{
    const Dir *dir = *state;
    g_autofree char *read = NULL;

    dir_put(dir, "file", "", 0);
    assert_true(io_write_at(dir->fd, "file", "12345", NULL));
    read = io_read_at(dir->fd, "file", NULL, NULL);
    assert_string_equal(read, "12345");
}

static void
nothing_is_created_by_writing(void **state)
{
    const Dir *dir = *state;
    g_autoptr(GError) error = NULL;

    assert_false(io_write_at(dir->fd, "nothing", "1", &error));
    assert_true(g_error_matches(error, READ_ERROR, READ_ERROR_GONE));
}

static void
a_refused_write_names_text_file_and_reason(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(io_write_at(AT_FDCWD, "/dev/full", "12", &error));
    assert_non_null(strstr(error->message, "'12' to /dev/full: No space left"));
}

static void
files_are_closed_on_exec(void **state)
{
    autofd fd = io_open_at(AT_FDCWD, "/dev/null", O_RDONLY, NULL);

    (void)state;
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void
a_stolen_descriptor_is_not_closed(void **state)
{
    int kept;

    (void)state;
    {
        autofd fd = io_open_at(AT_FDCWD, "/dev/null", O_RDONLY, NULL);

        kept = fd_steal(&fd);
        assert_int_equal(fd, -1);
    }
    assert_int_not_equal(fcntl(kept, F_GETFD), -1);
    fd_clear(&kept);
    assert_int_equal(kept, -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_longer_than_the_first_buffer_are_whole, dir_make,
                                        dir_remove),
        cmocka_unit_test_setup_teardown(a_text_of_one_record_is_whole_whatever_its_length, dir_make,
                                        dir_remove),
        cmocka_unit_test(a_text_without_end_is_an_error_not_a_larger_buffer),
        cmocka_unit_test_setup_teardown(a_missing_file_is_gone_and_named, dir_make, dir_remove),
        cmocka_unit_test_setup_teardown(a_directory_cannot_be_read, dir_make, dir_remove),
        cmocka_unit_test_setup_teardown(a_text_is_written_as_it_is, dir_make, dir_remove),
        cmocka_unit_test_setup_teardown(nothing_is_created_by_writing, dir_make, dir_remove),
        cmocka_unit_test(a_refused_write_names_text_file_and_reason),
        cmocka_unit_test(files_are_closed_on_exec),
        cmocka_unit_test(a_stolen_descriptor_is_not_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
