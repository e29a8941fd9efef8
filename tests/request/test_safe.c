/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A worker that makes nothing anew: what was made before, and what it cannot answer. */

#include "fs/keeper/recover.h"
#include "fs/metrics.h"
#include "tests/request/paged.h"
#include "tests/unit/cmocka.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    Kernel *kernel;
    int memory, fd; /* of the table; the daemon's end */
    Table table;
} Fixture;

static bool
serve_here(Kernel *kernel)
{
    assert_true(session_serve_one(kernel->session));
    return true;
}

/* Another life of the daemon, with the same table. */
static Session *
begin_life(Fixture *fixture)
{
    const SlotsConfig slots = {.table = &fixture->table};

    session_free(fixture->kernel->session);
    fixture->kernel->session = session_new(
        dup(fixture->fd),
        &(SessionConfig){"tree", &ops_table, fixture->kernel->ops, ops_whose, slots}, NULL);
    assert_non_null(fixture->kernel->session);
    kernel_say_hello(fixture->kernel);
    return fixture->kernel->session;
}

static int
make(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    Kernel *kernel = kernel_new_served(serve_here, fixture, &fixture->fd);

    fixture->kernel = kernel;
    fixture->memory = table_create(1);
    assert_int_equal(table_map(fixture->memory, &fixture->table), 0);
    machine_share(kernel->machine);
    kernel->ops = ops_new(&(OpsConfig){
        .server = &kernel->machine->server, .now = machine_now, .max_text_bytes = 65536});
    (void)begin_life(fixture);
    *state = fixture;
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    kernel_free(fixture->kernel);
    table_unmap(&fixture->table);
    (void)close(fixture->memory);
    (void)close(fixture->fd);
    g_free(fixture);
    return 0;
}

static void
be_safe(const Fixture *fixture, bool is_safe)
{
    fixture->kernel->machine->server.is_safe = is_safe;
}

static void
a_text_of_before_is_served_however_old(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = open_own(fixture->kernel, PID_A, "proc/meminfo");
    uint64_t served = metrics_get(METRIC_SERVED_SAFE);

    shows(fixture->kernel, &read, "MemTotal:         262144 kB\n");
    machine_write(fixture->kernel->machine, "sys/fs/cgroup/a/memory.max", "%u\n", 512u << 20);
    machine_set_now(MACHINE_NOW + 7 * G_USEC_PER_SEC);
    be_safe(fixture, true);
    read = open_own(fixture->kernel, PID_A, "proc/meminfo");
    shows(fixture->kernel, &read, "MemTotal:         262144 kB\n");
    assert_true(metrics_get(METRIC_SERVED_SAFE) > served);
    assert_int_equal(metrics_recalled_age(), 7 * G_USEC_PER_SEC);
    be_safe(fixture, false);
    read = open_own(fixture->kernel, PID_A, "proc/meminfo");
    shows(fixture->kernel, &read, "MemTotal:         524288 kB\n");
}

static void
a_text_of_one_container_is_never_anothers(void **state)
{
    Fixture *fixture = *state;
    KernelRead read = open_own(fixture->kernel, PID_A, "proc/meminfo");
    Text text;
    const TextsKey key = {.container = 77, .file = read.node ? &proc_files[0] : NULL};
    uint64_t age;

    shows(fixture->kernel, &read, "MemTotal:         262144 kB\n");
    assert_false(texts_recall(fixture->kernel->machine->texts, &key, MACHINE_NOW, &text, &age));
}

#define CPU "sys/devices/system/cpu"

static bool
finds(const Fixture *fixture, pid_t pid, const char *path)
{
    struct fuse_entry_out entry;

    return kernel_walk(fixture->kernel, pid, path, &entry) == 0;
}

/* What its cgroup says now is not read. */
static void
the_cpus_of_before_are_there_and_none_that_nobody_was_told_of(void **state)
{
    Fixture *fixture = *state;
    const Machine *machine = fixture->kernel->machine;
    KernelRead read;

    machine_write(machine, "proc/stat",
                  "cpu  1 1 1 1\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nbtime 1700000000\n");
    machine_write(machine, "sys/fs/cgroup/a/cpuset.cpus.effective", "0-1\n");
    machine_write(machine, "sys/fs/cgroup/a/cpu.max", "max 100000\n");
    assert_true(finds(fixture, PID_A, CPU "/cpu1"));
    be_safe(fixture, true);
    assert_false(finds(fixture, PID_A, CPU "/cpu1"));
    be_safe(fixture, false);
    read = open_own(fixture->kernel, PID_A, CPU "/online");
    shows(fixture->kernel, &read, "0-1\n");
    machine_write(machine, "sys/fs/cgroup/a/cpu.max", "100000 100000\n");
    be_safe(fixture, true);
    assert_true(finds(fixture, PID_A, CPU "/cpu1"));
    assert_false(finds(fixture, PID_A, CPU "/cpu2"));
    be_safe(fixture, false);
    assert_false(finds(fixture, PID_A, CPU "/cpu1"));
}

/* Nothing but questions whether it is awaited. */
static bool
is_answered(const Fixture *fixture, uint64_t unique)
{
    struct fuse_out_header header;

    while (recv(fixture->kernel->fd, &header, sizeof header, MSG_DONTWAIT) > 0)
        if (header.unique == unique)
            return true;
    return false;
}

static bool
answer(void *bytes, size_t len, void *data)
{
    return session_answer(data, bytes, len);
}

static void
poke(void *data)
{
    (void)data;
}

/* What another life of the daemon does at first. */
static void
recover(Fixture *fixture)
{
    Session *session = begin_life(fixture);
    const RecoverTo to = {.serve = answer, .poke = poke, .data = session};

    (void)recover_open(&fixture->table, 0, fixture->fd, &to);
    session_take_up(session);
}

static uint64_t
ask_to_read(Fixture *fixture, const KernelRead *read)
{
    const struct fuse_in_header header = {
        .opcode = FUSE_READ, .nodeid = read->node, .pid = (uint32_t)read->pid};
    const struct fuse_read_in body = {
        .fh = read->handle, .size = 4096, .read_flags = FUSE_READ_LOCKOWNER, .lock_owner = 1};

    return kernel_send(fixture->kernel, &header, &body, sizeof body);
}

/* It waits, and nobody waits behind it. */
static void
what_was_never_read_waits_for_the_next_worker(void **state)
{
    Fixture *fixture = *state;
    KernelRead good = open_own(fixture->kernel, PID_A, "proc/meminfo");
    KernelRead never;
    uint64_t unique;

    shows(fixture->kernel, &good, "MemTotal:         262144 kB\n");
    be_safe(fixture, true);
    never = open_own(fixture->kernel, PID_B, "proc/meminfo");
    unique = ask_to_read(fixture, &never);
    assert_true(session_serve_one(fixture->kernel->session));
    assert_false(is_answered(fixture, unique));
    good = open_own(fixture->kernel, PID_A, "proc/meminfo");
    shows(fixture->kernel, &good, "MemTotal:         262144 kB\n");

    recover(fixture);
    assert_false(is_answered(fixture, unique)); /* still not */
    be_safe(fixture, false);
    recover(fixture);
    assert_true(is_answered(fixture, unique));
}

static unsigned
count_waiting(const Fixture *fixture)
{
    unsigned n = 0;

    for (unsigned i = 0; i < TABLE_WAITING; i++)
        n += table_unique(table_waiting(&fixture->table, 0, i)->bytes) != 0;
    return n;
}

/* Of more than there is room for the rest fails, each when the next is taken. */
static void
not_more_wait_than_there_is_room_for(void **state)
{
    Fixture *fixture = *state;
    struct fuse_out_header header;
    unsigned n_refused = 0;
    KernelRead never;

    be_safe(fixture, true);
    never = open_own(fixture->kernel, PID_B, "proc/meminfo");
    for (unsigned i = 0; i < TABLE_WAITING + 3; i++) {
        (void)ask_to_read(fixture, &never);
        assert_true(session_serve_one(fixture->kernel->session));
        while (recv(fixture->kernel->fd, &header, sizeof header, MSG_DONTWAIT) > 0)
            n_refused += header.error == -EIO;
    }
    assert_int_equal(n_refused, 2);
    assert_int_equal(count_waiting(fixture), TABLE_WAITING);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_text_of_before_is_served_however_old),
        TEST(a_text_of_one_container_is_never_anothers),
        TEST(the_cpus_of_before_are_there_and_none_that_nobody_was_told_of),
        TEST(what_was_never_read_waits_for_the_next_worker),
        TEST(not_more_wait_than_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
