/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a new life does with what it finds. */

#include "fs/survive/facts.h"
#include "tests/request/opened.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/lives.h"

typedef struct {
    Kernel *kernel; /* of the life before */
    Lives *lives;
    GArray *dropped; /* nodes whose pages were taken away; in use when the thread has ended */
} Fixture;

static void
drop(gpointer connection, uint64_t node)
{
    g_array_append_val(((Fixture *)connection)->dropped, node);
}

static Fixture *
make_one(Kernel *kernel)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->kernel = kernel;
    fixture->lives = lives_new();
    fixture->dropped = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    machine_share(kernel->machine);
    return fixture;
}

static int
make(void **state)
{
    *state = make_one(kernel_new());
    return 0;
}

static int
make_bound(void **state)
{
    *state = make_one(kernel_new_bound());
    return 0;
}

static int
unmake(void **state)
{
    Fixture *fixture = *state;

    kernel_free(fixture->kernel);
    lives_free(fixture->lives);
    g_array_unref(fixture->dropped);
    g_free(fixture);
    return 0;
}

/* Begins the next life of the tree that the fixture is of, and waits until it has done all. */
static void
next_life(Fixture *fixture)
{
    const Server *server = &fixture->kernel->machine->server;
    g_autoptr(Expiry) expiry =
        expiry_new(&(ExpiryConfig){.now = machine_now, .drop = drop, .max = 100});
    g_autoptr(Ops) ops = ops_new(&(OpsConfig){server, machine_now, 65536, expiry, true});
    g_autoptr(Bound) bound = bound_new(&(BoundConfig){server, machine_now, expiry});

    struct fuse_conn_info connection = {0};

    lives_next(fixture->lives);
    if (fixture->kernel->bound) {
        bound_keep(bound, fixture->lives->shelf);
        bound_connect(bound, fixture);
        bound_table.init(bound, &connection);
    } else {
        ops_keep(ops, fixture->lives->shelf);
        ops_connect(ops, fixture);
        ops_table.init(ops, &connection);
    }
    expiry_stop(expiry);
}

static bool
is_dropped(const Fixture *fixture, uint64_t node)
{
    for (guint i = 0; i < fixture->dropped->len; i++)
        if (g_array_index(fixture->dropped, uint64_t, i) == node)
            return true;
    return false;
}

/* Nobody else does, and sendfile(2) would show them for ever. */
static void
pages_that_the_life_before_may_have_filled_are_taken_away(void **state)
{
    Fixture *fixture = *state;
    uint64_t a = node_of(fixture->kernel, PID_A, "proc/meminfo");
    uint64_t b = node_of(fixture->kernel, PID_B, "proc/uptime");

    next_life(fixture);
    assert_true(is_dropped(fixture, a));
    assert_true(is_dropped(fixture, b));
    assert_false(is_dropped(fixture, node_of(fixture->kernel, PID_A, "proc/swaps")));
    assert_int_equal(fixture->dropped->len, 2);
}

static void
so_are_those_of_other_files_that_were_told_a_size(void **state)
{
    Fixture *fixture = *state;
    uint64_t node;

    ops_keep(fixture->kernel->ops, fixture->lives->shelf);
    node = node_of(fixture->kernel, PID_A, "sys/devices/system/cpu/online");
    next_life(fixture);
    assert_true(is_dropped(fixture, node));
}

static void
who_comes_first_finds_no_pages(void **state)
{
    Fixture *fixture = *state;

    next_life(fixture);
    assert_int_equal(fixture->dropped->len, 0);
}

static void
pages_of_bound_files_are_taken_away(void **state)
{
    Fixture *fixture = *state;
    const CgroupPaths paths = {.unified = (char *)"/a"};
    struct fuse_entry_out entry;

    registered_unref(
        registry_add(fixture->kernel->machine->registry, &(Registration){"web", &paths, 0}, NULL));
    assert_int_equal(kernel_walk(fixture->kernel, PID_HOST, "web/proc/meminfo", &entry), 0);
    next_life(fixture);
    assert_int_equal(fixture->dropped->len, 1);
    assert_true(is_dropped(fixture, entry.nodeid));
}

static void
all_lives_began_with_the_first(void **state)
{
    Fixture *fixture = *state;
    const struct timespec first = {1700000000, 123456789}, later = {1700000001, 5};
    struct timespec told = facts_started(fixture->lives->shelf, first);

    assert_memory_equal(&told, &first, sizeof told);
    lives_next(fixture->lives);
    told = facts_started(fixture->lives->shelf, later);
    assert_memory_equal(&told, &first, sizeof told);
}

static void
without_a_shelf_each_life_is_the_first(void **state)
{
    const struct timespec now = {1700000001, 5};
    struct timespec told = facts_started(NULL, now);

    (void)state;
    assert_memory_equal(&told, &now, sizeof told);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(pages_that_the_life_before_may_have_filled_are_taken_away),
        TEST(so_are_those_of_other_files_that_were_told_a_size),
        TEST(who_comes_first_finds_no_pages),
        cmocka_unit_test_setup_teardown(pages_of_bound_files_are_taken_away, make_bound, unmake),
        TEST(all_lives_began_with_the_first),
        cmocka_unit_test(without_a_shelf_each_life_is_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
