/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Serves every file of every recorded machine to every reader recorded with it, and compares with
 * TREE/expect/READER/FILE.  REGEN=1 writes these instead: look at the difference before believing
 * it.  What fails is expected as "error: KIND: message".
 *
 * TREE/readers: a line "PID NAME" for each reader.  TREE/now: CLOCK_BOOTTIME in microseconds. */

#include "common/error.h"
#include "common/lines.h"
#include "tests/unit/fs/tree.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One text: "v1-docker: web: proc/stat". */
typedef struct {
    const char *tree;   /* directory; owned by its first case for all */
    const char *reader; /* name */
    pid_t pid;
    const ProcFile *file; /* NULL: which container it is */
} Case;

static char *
read_text(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static const char *
error_kind(const GError *error)
{
    static const char *const kinds[] = {[READ_ERROR_GONE] = "gone",
                                        [READ_ERROR_MALFORMED] = "malformed",
                                        [READ_ERROR_IO] = "io",
                                        [READ_ERROR_STRANGER] = "stranger"};

    g_assert(error->domain == READ_ERROR);
    return kinds[error->code];
}

/* Where the container is, by controller. */
static bool
print_container(const Tree *tree, pid_t pid, GString *out, GError **error)
{
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};

    if (!reader_identify(tree->readers, pid, &reader, error))
        return false;
    if (reader.is_host)
        g_string_append(out, "host\n");
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        const char *path = cgroup_layout_path(&tree->layout, &reader.container, i);

        if (path)
            g_string_append_printf(out, "%s v%u %s\n", cgroup_controller_name(i, 1),
                                   tree->layout.controllers[i].version, path);
    }
    return true;
}

static char *
answer(const Case *wanted)
{
    g_autofree char *now = read_text(wanted->tree, "now");
    GString *out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Tree tree;
    bool ok;

    tree_open(wanted->tree, &tree);
    ok = wanted->file ? serve(&tree.server, wanted->file, wanted->pid,
                              g_ascii_strtoull(now, NULL, 10), out, &error)
                      : print_container(&tree, wanted->pid, out, &error);
    if (!ok)
        g_string_printf(out, "error: %s: %s\n", error_kind(error), error->message);
    tree_close(&tree);
    return g_string_free(out, FALSE);
}

static char *
expected_path(const Case *wanted)
{
    g_autofree char *name =
        wanted->file ? g_path_get_basename(wanted->file->path) : g_strdup("container");

    return g_build_filename(wanted->tree, "expect", wanted->reader, name, NULL);
}

static void
serves_as_expected(void **state)
{
    const Case *wanted = *state;
    g_autofree char *path = expected_path(wanted), *text = answer(wanted), *expected = NULL;

    if (getenv("REGEN")) {
        g_autofree char *directory = g_path_get_dirname(path);

        assert_int_equal(g_mkdir_with_parents(directory, 0755), 0);
        assert_true(g_file_set_contents(path, text, -1, NULL));
    }
    assert_true(g_file_get_contents(path, &expected, NULL, NULL));
    assert_string_equal(text, expected);
}

static void
add_case(GArray *tests, const Case *new_case)
{
    g_autofree char *tree = g_path_get_basename(new_case->tree);
    struct CMUnitTest test = {
        .name = g_strdup_printf("%s: %s: %s", tree, new_case->reader,
                                new_case->file ? new_case->file->path : "container"),
        .test_func = serves_as_expected,
        .initial_state = g_memdup2(new_case, sizeof *new_case),
    };

    g_array_append_val(tests, test);
}

static void
add_tree(GArray *tests, const char *directory)
{
    g_autofree char *readers = read_text(directory, "readers");
    LineIter lines = lines_of(readers, readers ? strlen(readers) : 0);
    Span line, pid, name;
    uint64_t number;

    while (lines_next(&lines, &line)) {
        Case wanted = {.tree = directory};

        g_assert(span_next_word(&line, &pid) && span_number(pid, &number, NULL));
        g_assert(span_next_word(&line, &name));
        wanted.pid = (pid_t)number;
        wanted.reader = span_dup(name);
        add_case(tests, &wanted);
        for (unsigned i = 0; i < proc_files_n; i++) {
            wanted.file = &proc_files[i];
            add_case(tests, &wanted);
        }
    }
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What the cases point to lives as long as the program. */
int
main(int argc, char **argv)
{
    GArray *tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
    GPtrArray *trees = g_ptr_array_new();
    GDir *directory = argc == 2 ? g_dir_open(argv[1], 0, NULL) : NULL;
    const char *name;

    if (!directory)
        return 2;
    while ((name = g_dir_read_name(directory)))
        g_ptr_array_add(trees, g_build_filename(argv[1], name, NULL));
    g_dir_close(directory);
    g_ptr_array_sort(trees, by_name);
    for (guint i = 0; i < trees->len; i++)
        add_tree(tests, g_ptr_array_index(trees, i));
    return _cmocka_run_group_tests("golden", (const struct CMUnitTest *)(void *)tests->data,
                                   tests->len, NULL, NULL);
}
