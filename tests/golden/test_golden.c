/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Serves every file of every recorded machine to every reader recorded with it, and compares with
 * TREE/expect/READER/FILE; all that is below sys/ with the one file "sys", each line after its
 * path.  REGEN=1 writes these instead: look at the difference before believing it.  What fails is
 * expected as "error: KIND: message".
 *
 * TREE/readers: a line "PID NAME" for each reader.  TREE/now: CLOCK_BOOTTIME in microseconds. */

#include "common/error.h"
#include "common/lines.h"
#include "fs/serve_names.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/serve_as.h"
#include "tests/unit/fs/tree.h"

#include <stdlib.h>
#include <string.h>

/* One text: "v1-docker: web: proc/stat". */
typedef struct {
    const char *tree;   /* directory; owned by its first case for all */
    const char *reader; /* name */
    pid_t pid;
    enum { CASE_CONTAINER, CASE_FILE, CASE_SYS } what;
    const ProcFile *file; /* of CASE_FILE */
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

static uint64_t
now_of(const Case *wanted)
{
    g_autofree char *now = read_text(wanted->tree, "now");

    return g_ascii_strtoull(now, NULL, 10);
}

static void
append_error(const GError *error, GString *out)
{
    g_string_append_printf(out, "error: %s: %s\n", error_kind(error), error->message);
}

/* Who is shown a machine's /sys. */
typedef struct {
    const Case *wanted;
    const Server *server;
    const Asker *asker; /* NULL: nobody can tell who he is */
} Looker;

/* "PATH: LINE" for each line. */
static void
print_sys_file(const Looker *looker, const ProcName *name, GString *out)
{
    const ServePlace place = {name->file->path, name->numbers};
    g_autofree char *path = proc_path(name->file->path, &name->numbers);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    LineIter lines;
    Span line;

    if (!serve_has(looker->server, &place, name->file->needs & NEED_OWN_TEXT, looker->asker))
        return;
    if (!serve_as(looker->server, name, looker->wanted->pid, now_of(looker->wanted), text, &error))
        append_error(error, text);
    lines = lines_of(text->str, text->len);
    while (lines_next(&lines, &line))
        g_string_append_printf(out, "%s: %.*s\n", path, (int)line.len, line.text);
}

/* All that the row stands for; the numbers before @level are given. */
static void
print_sys_row(const Looker *looker, const ProcName *name, unsigned level, GString *out)
{
    const char *percent = name->file->path;
    g_autofree char *directory = NULL;
    ProcName one = *name;
    CpuSet numbers;

    for (unsigned i = 0; i <= level && percent; i++)
        percent = strchr(percent + (i > 0), '%');
    if (!percent) {
        print_sys_file(looker, name, out);
        return;
    }
    directory = g_strndup(name->file->path, (gsize)(percent - name->file->path) + strlen("%u"));
    numbers = serve_numbers(looker->server, &(ServePlace){directory, name->numbers}, looker->asker);
    for (int i = cpuset_next(&numbers, 0); i >= 0; i = cpuset_next(&numbers, (unsigned)i + 1)) {
        one.numbers.of[level] = (unsigned)i;
        print_sys_row(looker, &one, level + 1, out);
    }
}

static void
print_sys(const Case *wanted, const Server *server, GString *out)
{
    g_autoptr(Asker) asker = askers_identify(server->askers, wanted->pid, now_of(wanted), NULL);
    const Looker looker = {wanted, server, asker};

    for (unsigned i = 0; i < proc_files_n; i++)
        if (g_str_has_prefix(proc_files[i].path, "sys/"))
            print_sys_row(&looker, &(ProcName){.file = &proc_files[i]}, 0, out);
}

static char *
answer(const Case *wanted)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    bool ok = true;
    Tree tree;

    tree_open(wanted->tree, &tree);
    if (wanted->what == CASE_SYS)
        print_sys(wanted, &tree.server, out);
    else if (wanted->what == CASE_FILE)
        ok = serve_as(&tree.server, &(ProcName){.file = wanted->file}, wanted->pid, now_of(wanted),
                      out, &error);
    else
        ok = print_container(&tree, wanted->pid, out, &error);
    if (!ok) {
        g_string_truncate(out, 0);
        append_error(error, out);
    }
    tree_close(&tree);
    return g_string_free(out, FALSE);
}

static char *
expected_path(const Case *wanted)
{
    g_autofree char *name = NULL;

    if (wanted->what == CASE_FILE)
        name = g_path_get_basename(wanted->file->path);
    else
        name = g_strdup(wanted->what == CASE_SYS ? "sys" : "container");
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
    static const char *const names[] = {[CASE_CONTAINER] = "container", [CASE_SYS] = "sys"};
    struct CMUnitTest test = {
        .name = g_strdup_printf("%s: %s: %s", tree, new_case->reader,
                                new_case->file ? new_case->file->path : names[new_case->what]),
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
        wanted.what = CASE_SYS;
        add_case(tests, &wanted);
        wanted.what = CASE_FILE;
        for (unsigned i = 0; i < proc_files_n; i++) {
            wanted.file = &proc_files[i];
            if (!g_str_has_prefix(wanted.file->path, "sys/"))
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
