/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whoever answers is killed again and again, wherever he is; another takes over the memory and the
 * connection, and is asked again what the one before has not answered.  Whoever asks must not
 * notice. */

#include "common/clock.h"
#include "common/fd.h"
#include "tests/request/paged.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEATHS 150u
#define KILL_USEC_MAX 400 /* later than most answers */
#define TIMEOUT 10000     /* ms; nobody needs as long */

typedef struct {
    Lives *lives;
    Kernel *kernel;
    GRand *random;
    int fd; /* of whoever answers */
    bool is_bound;
    pid_t pid; /* who answers; 0: nobody */
    unsigned n_deaths;
    bool is_greeting;
} Fixture;

static uint64_t begin;

/* Of all lives. */
static uint64_t
now(void)
{
    return MACHINE_NOW + clock_boottime() - begin;
}

static void
keep(const Machine *machine, Shelf *shelf)
{
    readers_keep(machine->readers, shelf);
    containers_keep(machine->containers, shelf);
    registry_keep(machine->registry, shelf);
    history_keep(machine->history, shelf);
    texts_keep(machine->server.texts, shelf, now());
    loads_keep(machine->loads, shelf);
}

static Session *
open_tree(const Fixture *fixture, Machine *machine, Shelf *shelf)
{
    Ops *ops =
        ops_new(&(OpsConfig){.server = &machine->server, .now = now, .max_text_bytes = 65536});

    ops_keep(ops, shelf);
    return session_new(fixture->fd, &(SessionConfig){"tree", &ops_table, ops, ops_whose}, NULL);
}

static Session *
open_bound(const Fixture *fixture, Machine *machine, Shelf *shelf)
{
    Bound *bound = bound_new(&(BoundConfig){.server = &machine->server, .now = now});
    const CgroupPaths paths = {.unified = (char *)"/a"};

    bound_keep(bound, shelf);
    if (fixture->n_deaths == 0)
        registered_unref(registry_add(machine->registry, &(Registration){"web", &paths, 0}, NULL));
    return session_new(fixture->fd, &(SessionConfig){"bound", &bound_table, bound, bound_whose},
                       NULL);
}

/* One life.  The machine is as it was when the test began: nobody has asked here. */
static void
live(const Fixture *fixture)
{
    Machine *machine = fixture->kernel->machine;
    Shelf *shelf = shelf_open(fixture->lives->fd, NULL);
    Session *session;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    g_assert(shelf);
    keep(machine, shelf);
    session = (fixture->is_bound ? open_bound : open_tree)(fixture, machine, shelf);
    g_assert(session);
    while (session_serve_one(session))
        ;
    _exit(EXIT_FAILURE);
}

static void
come_to_life(Fixture *fixture)
{
    (void)fflush(NULL);
    fixture->pid = fork();
    g_assert(fixture->pid >= 0);
    if (fixture->pid == 0)
        live(fixture);
    fixture->is_greeting = true;
    kernel_say_hello(fixture->kernel);
    fixture->is_greeting = false;
}

static void
die(Fixture *fixture)
{
    int status;

    g_assert(kill(fixture->pid, SIGKILL) == 0);
    g_assert(waitpid(fixture->pid, &status, 0) == fixture->pid);
    g_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); /* it did not end by itself */
    fixture->pid = 0;
    fixture->n_deaths++;
}

static bool
is_answered(const Fixture *fixture, int timeout)
{
    struct pollfd answer = {.fd = fixture->kernel->fd, .events = POLLIN};

    return poll(&answer, 1, timeout) == 1;
}

/* What nobody has taken is not asked again by itself. */
static void
drain_requests(const Fixture *fixture)
{
    char byte;

    while (recv(fixture->fd, &byte, 1, MSG_DONTWAIT) > 0)
        ;
}

/* Whoever answers dies, at any moment from the sending to after the answer.  True if that came. */
static bool
kill_at_random(Fixture *fixture)
{
    if (g_rand_boolean(fixture->random))
        g_usleep((gulong)g_rand_int_range(fixture->random, 0, KILL_USEC_MAX));
    else
        (void)is_answered(fixture, TIMEOUT); /* he may be tidying up */
    die(fixture);
    return is_answered(fixture, 0);
}

static bool
serve(Kernel *kernel)
{
    Fixture *fixture = kernel->data;

    if (!fixture->is_greeting && fixture->pid != 0 && fixture->n_deaths < DEATHS &&
        g_rand_int_range(fixture->random, 0, 4) == 0 && kill_at_random(fixture))
        return true;
    if (fixture->pid != 0) {
        assert_true(is_answered(fixture, TIMEOUT));
        return true;
    }
    drain_requests(fixture);
    come_to_life(fixture);
    return false;
}

static Fixture *
make_one(bool is_bound)
{
    Fixture *fixture = g_new0(Fixture, 1);

    begin = clock_boottime();
    fixture->lives = lives_new();
    fixture->random = g_rand_new_with_seed(4711);
    fixture->is_bound = is_bound;
    fixture->kernel = kernel_new_served(serve, fixture, &fixture->fd);
    machine_share(fixture->kernel->machine);
    come_to_life(fixture);
    return fixture;
}

static int
make(void **state)
{
    *state = make_one(false);
    return 0;
}

static int
make_bound(void **state)
{
    *state = make_one(true);
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    if (fixture->pid != 0)
        die(fixture);
    kernel_free(fixture->kernel);
    fd_clear(&fixture->fd);
    lives_free(fixture->lives);
    g_rand_free(fixture->random);
    g_free(fixture);
    return 0;
}

static bool
goes_on(const Fixture *fixture)
{
    return fixture->n_deaths < DEATHS;
}

static void
a_node_stays_whose_it_is(void **state)
{
    Fixture *fixture = *state;
    Kernel *kernel = fixture->kernel;
    uint64_t a = node_of(kernel, PID_A, "proc/stat"), b = node_of(kernel, PID_B, "proc/stat");
    struct fuse_attr first, later;

    assert_int_equal(kernel_getattr(kernel, PID_A, a, &first), 0);
    assert_true(a != b);
    while (goes_on(fixture)) {
        assert_true(node_of(kernel, PID_A2, "proc/stat") == a);
        assert_true(node_of(kernel, PID_B, "proc/stat") == b);
        assert_int_equal(kernel_getattr(kernel, PID_A, a, &later), 0);
        assert_true(later.size == first.size);
    }
}

static uint64_t
time_of(const struct fuse_attr *attributes)
{
    return attributes->mtime * G_USEC_PER_SEC + attributes->mtimensec / 1000;
}

static void
the_time_of_a_file_never_goes_back(void **state)
{
    Fixture *fixture = *state;
    uint64_t node = node_of(fixture->kernel, PID_A, "proc/stat"), last = 0;
    struct fuse_attr attributes;

    while (goes_on(fixture)) {
        assert_int_equal(kernel_getattr(fixture->kernel, PID_A, node, &attributes), 0);
        assert_true(time_of(&attributes) >= last);
        last = time_of(&attributes);
    }
}

static void
limit_b(const Fixture *fixture, unsigned mib)
{
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/b/memory.max", "%u\n", mib << 20);
}

/* Beside the page, as somebody else's node is open to him; the caller frees. */
static char *
text_in_pieces(const Fixture *fixture, uint32_t size)
{
    KernelRead read = open_as(fixture->kernel, PID_A, PID_B, "proc/meminfo", NULL);
    g_autoptr(GString) text = g_string_new(NULL);

    read.size = size;
    for (;;) {
        g_autofree char *piece = text_of(fixture->kernel, &read);

        if (*piece == '\0')
            break;
        g_string_append(text, piece);
        read.offset = text->len;
        limit_b(fixture, g_rand_boolean(fixture->random) ? 512 : 768);
    }
    close_file(fixture->kernel, &read);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
text_with(const Fixture *fixture, unsigned mib)
{
    limit_b(fixture, mib);
    g_usleep(2 * TICK_USEC);
    return text_in_pieces(fixture, 65536);
}

static void
an_open_file_is_one_text_through_all_lives(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *one = text_with(fixture, 512), *other = text_with(fixture, 768);

    assert_string_not_equal(one, other);
    while (goes_on(fixture)) {
        g_autofree char *text = text_in_pieces(fixture, 30);

        assert_true(strcmp(text, one) == 0 || strcmp(text, other) == 0);
    }
}

static void
no_two_open_files_have_one_handle(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GHashTable) handles =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

    while (goes_on(fixture)) {
        KernelRead read = open_as(fixture->kernel, PID_A, PID_B, "proc/meminfo", NULL);

        assert_true(g_hash_table_add(handles, g_memdup2(&read.handle, sizeof read.handle)));
        if (g_rand_boolean(fixture->random))
            close_file(fixture->kernel, &read);
    }
}

/* sendfile(2) would show him the page. */
static void
while_somebody_else_has_it_open_nobody_fills_the_page(void **state)
{
    Fixture *fixture = *state;

    assert_int_equal(flags_as(fixture->kernel, PID_A, PID_A, "proc/meminfo"), PAGED_CACHED);
    (void)open_as(fixture->kernel, PID_A, PID_B, "proc/meminfo", NULL);
    while (goes_on(fixture))
        assert_int_equal(flags_as(fixture->kernel, PID_A, PID_A2, "proc/meminfo"), PAGED_DIRECT);
}

#define COUNTERS 12

/* All that counts, of stat and uptime, in 1/100 s. */
static void
read_counters(const Fixture *fixture, uint64_t *ret)
{
    KernelRead stat = open_as(fixture->kernel, PID_A, PID_A, "proc/stat", NULL);
    KernelRead uptime = open_as(fixture->kernel, PID_A, PID_A, "proc/uptime", NULL);
    g_autofree char *stat_text = text_of(fixture->kernel, &stat);
    g_autofree char *uptime_text = text_of(fixture->kernel, &uptime);
    const char *at = stat_text + strlen("cpu ");
    double up, idle;

    for (unsigned i = 0; i < COUNTERS - 2; i++)
        ret[i] = g_ascii_strtoull(at, (char **)&at, 10);
    assert_int_equal(sscanf(uptime_text, "%lf %lf", &up, &idle), 2);
    ret[COUNTERS - 2] = (uint64_t)(up * 100 + 0.5);
    ret[COUNTERS - 1] = (uint64_t)(idle * 100 + 0.5);
    close_file(fixture->kernel, &stat);
    close_file(fixture->kernel, &uptime);
}

/* The kernel's own go back now and then. */
static void
use_cpu(const Fixture *fixture, uint64_t *usage)
{
    *usage += (uint64_t)g_rand_int_range(fixture->random, 0, 20000);
    if (g_rand_int_range(fixture->random, 0, 50) == 0)
        *usage = 0;
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/cpu.stat",
                  "usage_usec %" PRIu64 "\nuser_usec %" PRIu64 "\nsystem_usec %" PRIu64 "\n"
                  "nr_periods 1\nnr_throttled 0\nthrottled_usec 0\n",
                  *usage, *usage / 2, *usage - *usage / 2);
}

static void
no_counter_goes_back(void **state)
{
    Fixture *fixture = *state;
    uint64_t last[COUNTERS] = {0}, counters[COUNTERS], usage = 3000000;

    while (goes_on(fixture)) {
        use_cpu(fixture, &usage);
        read_counters(fixture, counters);
        for (unsigned i = 0; i < COUNTERS; i++)
            assert_true(counters[i] >= last[i]);
        memcpy(last, counters, sizeof last);
    }
    assert_true(last[0] > 0 && last[3] > 0);
}

static void
what_is_bound_stays_bound(void **state)
{
    Fixture *fixture = *state;
    struct fuse_entry_out entry;
    uint64_t node;

    assert_int_equal(kernel_walk(fixture->kernel, PID_HOST, "web/proc/meminfo", &entry), 0);
    node = entry.nodeid;
    while (goes_on(fixture)) {
        const KernelRead read = {.pid = PID_B, .node = node, .size = 4096, .for_pages = true};

        shows(fixture->kernel, &read, "MemTotal:         262144 kB\n");
        assert_int_equal(kernel_walk(fixture->kernel, PID_HOST, "web/proc/meminfo", &entry), 0);
        assert_true(entry.nodeid == node);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_node_stays_whose_it_is),
        TEST(the_time_of_a_file_never_goes_back),
        TEST(an_open_file_is_one_text_through_all_lives),
        TEST(no_two_open_files_have_one_handle),
        TEST(while_somebody_else_has_it_open_nobody_fills_the_page),
        TEST(no_counter_goes_back),
        cmocka_unit_test_setup_teardown(what_is_bound_stays_bound, make_bound, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
