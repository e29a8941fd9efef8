/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who asks again, on the machine that runs the test: its own children. */

#include "common/error.h"
#include "common/fd.h"
#include "fs/reader/reader.h"
#include "tests/unit/child.h"
#include "tests/unit/cmocka.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct {
    int root;
    CgroupLayout layout; /* no hierarchy: no line may be missing */
    Readers *readers;
} Asked;

static int
set_up(void **state)
{
    Asked *asked = g_new0(Asked, 1);
    ReadersConfig config = {.layout = &asked->layout, .look_inside = reader_look_inside};

    asked->root = config.root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    asked->readers = readers_new(&config, NULL);
    *state = asked;
    return asked->readers ? 0 : -1;
}

static int
tear_down(void **state)
{
    Asked *asked = *state;

    readers_free(asked->readers);
    fd_clear(&asked->root);
    g_free(asked);
    return 0;
}

static uint64_t
hits(Readers *readers)
{
    ReadersCache caches[READERS_CACHES];

    readers_caches(readers, caches);
    for (unsigned i = 0; i < READERS_CACHES; i++)
        if (strcmp(caches[i].name, "threads") == 0)
            return caches[i].hits;
    fail();
    return 0;
}

static bool
identify(Asked *asked, pid_t pid, Reader *ret, int *ret_code)
{
    g_autoptr(GError) error = NULL;
    bool ok = reader_identify(asked->readers, pid, ret, &error);

    *ret_code = error ? error->code : -1;
    return ok;
}

/* Lets @n of them ask twice, one after the other, while @limit files may be open.  Returns how many
 * were known the second time; -1 if so many may not be. */
static int
known_of(unsigned n, rlim_t limit)
{
    g_autofree pid_t *pids = g_new0(pid_t, n);
    struct rlimit before, files;
    void *state = NULL;
    int known;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    files = before;
    files.rlim_cur = limit;
    if (limit > before.rlim_max)
        return -1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_int_equal(set_up(&state), 0);
    for (unsigned i = 0; i < n; i++)
        pids[i] = child_start(NULL);
    for (unsigned i = 0; i < 2 * n; i++) {
        g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
        int code;

        assert_true(identify(state, pids[i % n], &reader, &code));
    }
    known = (int)hits(((Asked *)state)->readers);
    for (unsigned i = 0; i < n; i++)
        child_end(pids[i]);
    (void)tear_down(&state);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    return known;
}

static void
hundreds_are_known(void **state)
{
    int known = known_of(300, 5000);

    (void)state;
    if (known < 0)
        skip();
    assert_int_equal(known, 300);
}

static void
where_few_files_may_be_open_few_are_known(void **state)
{
    (void)state;
    assert_int_equal(known_of(6, 100), 6);
    assert_int_equal(known_of(7, 100), 0); /* the one that comes next has just been forgotten */
}

static void
who_asks_again_is_known(void **state)
{
    g_auto(Reader) first = {.pid_dir = -1, .init_dir = -1}, again = first;
    pid_t pid = child_start(NULL);
    int code;

    assert_true(identify(*state, pid, &first, &code));
    assert_true(identify(*state, pid, &again, &code));
    child_end(pid);
    assert_int_equal(hits(((Asked *)*state)->readers), 1);
    assert_int_equal(again.pid_dir, first.pid_dir);
}

static void
who_has_ended_is_known_no_more(void **state)
{
    g_auto(Reader) first = {.pid_dir = -1, .init_dir = -1}, again = first;
    pid_t pid = child_start(NULL);
    int code;

    assert_true(identify(*state, pid, &first, &code));
    for (int i = 0; i < 3; i++) /* it is asked in two ways */
        assert_true(reader_is_alive(&first));
    child_end(pid);
    assert_false(reader_is_alive(&first));
    assert_false(identify(*state, pid, &again, &code));
    assert_int_equal(code, READ_ERROR_GONE);
    assert_int_equal(faccessat(first.pid_dir, "stat", F_OK, 0), -1);
}

static void
a_number_is_asked_for_once(void **state)
{
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    pid_t pid = child_start(NULL);
    unsigned level, later_level;
    uint64_t number, later;
    int code;

    assert_true(identify(*state, pid, &reader, &code));
    reader_number(&reader, &level, &number);
    child_end(pid);
    assert_true(level >= 1);
    assert_true(number == (uint64_t)pid);
    reader_number(&reader, &later_level, &later);
    assert_int_equal(later_level, level);
    assert_true(later == number);
}

/* Asks for a process with the number @pid, which nobody has now. */
static pid_t
start_as(pid_t pid)
{
    for (int i = 0; i < 2; i++) {
        autofd last = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
        g_autofree char *text = g_strdup_printf("%d", (int)pid - 1);
        pid_t child;

        if (last < 0 || write(last, text, strlen(text)) < 0)
            return -1;
        child = child_start(NULL);
        if (child == pid)
            return child;
        child_end(child);
    }
    return -1;
}

static void
the_next_with_a_number_is_met_anew(void **state)
{
    g_auto(Reader) first = {.pid_dir = -1, .init_dir = -1}, again = first;
    pid_t pid = child_start(NULL), next;
    int code;

    assert_true(identify(*state, pid, &first, &code));
    child_end(pid);
    next = start_as(pid);
    if (next < 0)
        skip(); /* others took it, or we may not choose */
    assert_true(identify(*state, next, &again, &code));
    assert_true(reader_is_alive(&again));
    assert_false(reader_is_alive(&first));
    child_end(next);
    assert_int_equal(faccessat(first.pid_dir, "stat", F_OK, 0), -1);
}

static void
enter(int sig)
{
    (void)sig;
    (void)unshare(CLONE_NEWCGROUP);
}

static void
wait_for_another(int dir, const char *before)
{
    char now[64] = "";

    for (int i = 0; i < 1000 && (now[0] == '\0' || strcmp(now, before) == 0); i++) {
        g_usleep(1000);
        assert_true(readlinkat(dir, "ns/cgroup", now, sizeof now) > 0);
    }
}

static void
who_enters_a_cgroup_namespace_is_seen_to(void **state)
{
    g_auto(Reader) first = {.pid_dir = -1, .init_dir = -1}, again = first;
    Asked *asked = *state;
    pid_t pid;
    ReadersCache caches[READERS_CACHES];
    char before[64] = "";
    int code;

    if (geteuid() != 0)
        skip();
    (void)signal(SIGUSR1, enter);
    pid = child_start(NULL);
    assert_true(identify(asked, pid, &first, &code));
    assert_true(readlinkat(first.pid_dir, "ns/cgroup", before, sizeof before) > 0);
    (void)kill(pid, SIGUSR1);
    wait_for_another(first.pid_dir, before);
    assert_true(identify(asked, pid, &again, &code));
    child_end(pid);
    readers_caches(asked->readers, caches);
    assert_string_equal(caches[0].name, "cgroup_namespaces");
    assert_int_equal(caches[0].entries, 1);
    assert_int_equal(hits(asked->readers), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_asks_again_is_known, set_up, tear_down),
        cmocka_unit_test(hundreds_are_known),
        cmocka_unit_test(where_few_files_may_be_open_few_are_known),
        cmocka_unit_test_setup_teardown(who_has_ended_is_known_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_number_is_asked_for_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_next_with_a_number_is_met_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_enters_a_cgroup_namespace_is_seen_to, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
