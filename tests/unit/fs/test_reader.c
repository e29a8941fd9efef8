/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who reads: the rules of fs/reader/reader.h, on hosts with v2 unless the name says v1. */

#include "common/error.h"
#include "common/fd.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

#define OTHER_CGROUP_NS "cgroup:[4026532100]"
#define OTHER_PID_NS "pid:[4026532200]"

static Machine *
host(void)
{
    return machine_new(MACHINE_V2);
}

static bool
try_identify(Machine *machine, pid_t tid, Reader *ret, GError **error)
{
    if (!machine->tree.history)
        machine_boot(machine);
    return reader_identify(machine->tree.readers, tid, ret, error);
}

/* Where the container is, in the hierarchy that limits memory; "host" for the host.  Borrowed. */
static const char *
container_of(Machine *machine, pid_t tid)
{
    static char path[256];
    g_autoptr(GError) error = NULL;
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};

    (void)try_identify(machine, tid, &reader, &error);
    g_assert_no_error(error);
    (void)g_strlcpy(path,
                    reader.is_host ? "host"
                                   : cgroup_layout_path(&machine->tree.layout, &reader.container,
                                                        CGROUP_MEMORY),
                    sizeof path);
    return path;
}

static void
refuses(Machine *machine, pid_t tid, ReadError code)
{
    g_autoptr(GError) error = NULL;
    Reader reader;

    assert_false(try_identify(machine, tid, &reader, &error));
    assert_true(g_error_matches(error, READ_ERROR, (int)code));
}

static void
a_reader_that_is_not_visible_is_a_stranger(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    refuses(machine, 0, READ_ERROR_STRANGER);
    refuses(machine, -1, READ_ERROR_STRANGER);
}

static void
a_reader_that_has_ended_is_gone(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    refuses(machine, 50, READ_ERROR_GONE);
}

static void
a_bound_server_asks_nobody(void **state)
{
    g_autoptr(Machine) machine = host();
    CgroupPaths bound = {.unified = (char *)"/bound"};
    ReadersConfig config = {.bound = &bound};
    g_autoptr(Readers) readers = NULL;
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};

    (void)state;
    machine_boot(machine);
    config.root_fd = machine->tree.root_fd;
    config.layout = &machine->tree.layout;
    readers = readers_new(&config, NULL);
    assert_true(reader_identify(readers, 0, &reader, NULL));
    assert_string_equal(reader.container.unified, "/bound");
    assert_int_equal(reader.pid_dir, -1);
    assert_false(reader.is_host);
}

static void
a_shell_on_the_host_is_in_its_own_cgroup(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(machine, &(MachineProcess){50, "0::/user.slice\n"});
    assert_string_equal(container_of(machine, 50), "/user.slice");
}

static void
in_the_root_of_every_hierarchy_one_is_the_host(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(machine, &(MachineProcess){50, "0::/\n"});
    assert_string_equal(container_of(machine, 50), "host");
}

static void
who_is_limited_in_one_hierarchy_is_not_the_host_v1(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V1);

    (void)state;
    machine_process(machine,
                    &(MachineProcess){50, "4:memory:/\n3:cpuset:/one\n2:cpuacct:/\n1:cpu:/\n"});
    assert_string_equal(container_of(machine, 50), "/");
}

static void
who_is_ending_is_gone_and_not_the_host(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(machine, &(MachineProcess){.pid = 50, .cgroup = "0::/\n", .flags = 4});
    refuses(machine, 50, READ_ERROR_GONE);
}

static void
a_text_without_a_mounted_hierarchy_is_refused(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V1);

    (void)state;
    machine_process(machine, &(MachineProcess){50, ""});
    refuses(machine, 50, READ_ERROR_MALFORMED);
    machine_process(machine, &(MachineProcess){50, "3:cpuset:/\n2:cpuacct:/\n1:cpu:/\n"});
    refuses(machine, 50, READ_ERROR_MALFORMED);
}

static void
a_cgroup_namespaces_root_is_the_container(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/docker/x/init\n",
                                               .cgroup_ns = OTHER_CGROUP_NS,
                                               .inside = "0::/init\n"});
    assert_string_equal(container_of(machine, 50), "/docker/x");
}

static void
its_own_namespace_goes_before_its_inits(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(
        machine, &(MachineProcess){
                     .pid = 40, .cgroup = "0::/pod/pause\n", .number = 1, .pid_ns = OTHER_PID_NS});
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/pod/app\n",
                                               .parent = 40,
                                               .pid_ns = OTHER_PID_NS,
                                               .cgroup_ns = OTHER_CGROUP_NS,
                                               .inside = "0::/\n"});
    assert_string_equal(container_of(machine, 50), "/pod/app");
}

static void
who_entered_a_namespace_from_outside_sees_its_inits_container(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(machine, &(MachineProcess){.pid = 40,
                                               .cgroup = "0::/docker/x/init\n",
                                               .number = 1,
                                               .pid_ns = OTHER_PID_NS,
                                               .cgroup_ns = OTHER_CGROUP_NS,
                                               .inside = "0::/init\n"});
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/user.slice\n",
                                               .pid_ns = OTHER_PID_NS,
                                               .cgroup_ns = OTHER_CGROUP_NS,
                                               .inside = "0::/../../user.slice\n"});
    assert_string_equal(container_of(machine, 50), "/docker/x");
}

/* The machine whose process 50 moves while it is looked at. */
static const Machine *moving;

static char *
look_and_move(int pid_dir_fd, size_t *ret_len, GError **error)
{
    char *text = tree_look_inside(pid_dir_fd, ret_len, error);

    machine_write(moving, "proc/50/cgroup", "0::/docker/x/b\n");
    machine_write(moving, "proc/50/cgroup.inside", "0::/b\n");
    return text;
}

static void
who_moves_while_he_is_looked_at_is_looked_at_again(void **state)
{
    g_autoptr(Machine) machine = host();
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    ReadersConfig config = {.look_inside = look_and_move};
    g_autoptr(Readers) readers = NULL;

    (void)state;
    moving = machine;
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/docker/x/a\n",
                                               .cgroup_ns = OTHER_CGROUP_NS,
                                               .inside = "0::/\n"});
    machine_boot(machine);
    config.root_fd = machine->tree.root_fd;
    config.layout = &machine->tree.layout;
    readers = readers_new(&config, NULL);
    assert_true(reader_identify(readers, 50, &reader, NULL));
    assert_string_equal(reader.container.unified, "/docker/x");
}

static void
who_is_ending_does_not_tell_his_namespaces_root(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/\n",
                                               .cgroup_ns = OTHER_CGROUP_NS,
                                               .inside = "0::/\n",
                                               .flags = 4});
    refuses(machine, 50, READ_ERROR_GONE);
}

static void
a_namespace_that_cannot_be_entered_leaves_the_other_rules(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(
        machine,
        &(MachineProcess){.pid = 50, .cgroup = "0::/docker/x\n", .cgroup_ns = OTHER_CGROUP_NS});
    assert_string_equal(container_of(machine, 50), "/docker/x");
}

/* Processes that only a search of the whole machine would take for the init. */
static void
add_decoys(const Machine *machine)
{
    for (pid_t pid = 100; pid < 120; pid++)
        machine_process(
            machine,
            &(MachineProcess){.pid = pid, .cgroup = "0::/\n", .number = 1, .pid_ns = OTHER_PID_NS});
}

static void
a_pid_namespaces_init_is_found_among_the_parents(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    add_decoys(machine);
    machine_process(
        machine, &(MachineProcess){
                     .pid = 40, .cgroup = "0::/docker/x\n", .number = 1, .pid_ns = OTHER_PID_NS});
    machine_process(
        machine, &(MachineProcess){
                     .pid = 45, .cgroup = "0::/docker/x\n", .parent = 40, .pid_ns = OTHER_PID_NS});
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/docker/x/sub\n",
                                               .parent = 45,
                                               .pid_ns = OTHER_PID_NS});
    assert_string_equal(container_of(machine, 50), "/docker/x");
}

static void
an_init_that_is_no_parent_is_found_in_the_cgroups_around(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    add_decoys(machine);
    machine_process(
        machine, &(MachineProcess){
                     .pid = 40, .cgroup = "0::/docker/x\n", .number = 1, .pid_ns = OTHER_PID_NS});
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/docker/x/sub\n",
                                               .parent = 30,
                                               .pid_ns = OTHER_PID_NS});
    machine_write(machine, "cg/docker/cgroup.procs", "");
    machine_write(machine, "cg/docker/x/cgroup.procs", "0\n39\n40\n");
    machine_write(machine, "cg/docker/x/sub/cgroup.procs", "50\n");
    assert_string_equal(container_of(machine, 50), "/docker/x");
}

static void
an_init_far_away_is_found_too(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(
        machine, &(MachineProcess){
                     .pid = 40, .cgroup = "0::/docker/x\n", .number = 1, .pid_ns = OTHER_PID_NS});
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/docker/x/sub\n",
                                               .parent = 30,
                                               .pid_ns = OTHER_PID_NS});
    assert_string_equal(container_of(machine, 50), "/docker/x");
}

static void
an_init_is_looked_at_anew_each_time(void **state)
{
    g_autoptr(Machine) machine = host();
    MachineProcess init = {
        .pid = 40, .cgroup = "0::/docker/x\n", .number = 1, .pid_ns = OTHER_PID_NS};

    (void)state;
    machine_process(machine, &init);
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/docker/x/sub\n",
                                               .parent = 40,
                                               .pid_ns = OTHER_PID_NS});
    assert_string_equal(container_of(machine, 50), "/docker/x");
    init.cgroup = "0::/docker/x/sub\n";
    machine_process(machine, &init);
    assert_string_equal(container_of(machine, 50), "/docker/x/sub");
}

static void
after_an_inits_end_its_namespaces_number_may_be_anothers(void **state)
{
    g_autoptr(Machine) machine = host();
    MachineProcess init = {
        .pid = 40, .cgroup = "0::/docker/x\n", .number = 1, .pid_ns = OTHER_PID_NS};
    MachineProcess reader = {
        .pid = 50, .cgroup = "0::/docker/x/sub\n", .parent = 40, .pid_ns = OTHER_PID_NS};

    (void)state;
    machine_process(machine, &init);
    machine_process(machine, &reader);
    assert_string_equal(container_of(machine, 50), "/docker/x");
    machine_remove(machine, "proc/40");
    init.pid = reader.parent = 41;
    init.cgroup = "0::/docker/y\n";
    reader.cgroup = "0::/docker/y/sub\n";
    machine_process(machine, &init);
    machine_process(machine, &reader);
    assert_string_equal(container_of(machine, 50), "/docker/y");
}

static void
containers_that_share_a_pid_namespace_are_told_apart(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(
        machine, &(MachineProcess){
                     .pid = 40, .cgroup = "0::/docker/x\n", .number = 1, .pid_ns = OTHER_PID_NS});
    machine_process(
        machine, &(MachineProcess){
                     .pid = 50, .cgroup = "0::/docker/xy\n", .parent = 40, .pid_ns = OTHER_PID_NS});
    assert_string_equal(container_of(machine, 50), "/docker/xy");
}

static void
an_init_in_the_root_leaves_each_its_own_cgroup(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(
        machine,
        &(MachineProcess){.pid = 40, .cgroup = "0::/\n", .number = 1, .pid_ns = OTHER_PID_NS});
    machine_process(
        machine, &(MachineProcess){
                     .pid = 50, .cgroup = "0::/limited\n", .parent = 40, .pid_ns = OTHER_PID_NS});
    assert_string_equal(container_of(machine, 50), "/limited");
}

static void
systemd_as_init_is_below_its_containers_cgroup(void **state)
{
    g_autoptr(Machine) machine = host();

    (void)state;
    machine_process(machine, &(MachineProcess){.pid = 40,
                                               .cgroup = "0::/docker/x/init.scope\n",
                                               .number = 1,
                                               .pid_ns = OTHER_PID_NS});
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/docker/x/system.slice\n",
                                               .parent = 40,
                                               .pid_ns = OTHER_PID_NS});
    assert_string_equal(container_of(machine, 50), "/docker/x");
}

static void
each_hierarchy_rises_to_the_init_v1(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V1);
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};

    (void)state;
    machine_process(machine,
                    &(MachineProcess){.pid = 40,
                                      .cgroup = "4:memory:/x\n3:cpuset:/\n2:cpuacct:/x\n1:cpu:/x\n",
                                      .number = 1,
                                      .pid_ns = OTHER_PID_NS});
    machine_process(
        machine,
        &(MachineProcess){.pid = 50,
                          .cgroup = "4:memory:/x/sub\n3:cpuset:/one\n2:cpuacct:/x\n1:cpu:/x\n",
                          .parent = 40,
                          .pid_ns = OTHER_PID_NS});
    assert_true(try_identify(machine, 50, &reader, NULL));
    assert_string_equal(reader.container.v1[CGROUP_MEMORY], "/x");
    assert_string_equal(reader.container.v1[CGROUP_CPUSET], "/one");
    assert_string_equal(reader.container.v1[CGROUP_CPU], "/x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_that_is_not_visible_is_a_stranger),
        cmocka_unit_test(a_reader_that_has_ended_is_gone),
        cmocka_unit_test(a_bound_server_asks_nobody),
        cmocka_unit_test(a_shell_on_the_host_is_in_its_own_cgroup),
        cmocka_unit_test(in_the_root_of_every_hierarchy_one_is_the_host),
        cmocka_unit_test(who_is_limited_in_one_hierarchy_is_not_the_host_v1),
        cmocka_unit_test(who_is_ending_is_gone_and_not_the_host),
        cmocka_unit_test(a_text_without_a_mounted_hierarchy_is_refused),
        cmocka_unit_test(a_cgroup_namespaces_root_is_the_container),
        cmocka_unit_test(its_own_namespace_goes_before_its_inits),
        cmocka_unit_test(who_entered_a_namespace_from_outside_sees_its_inits_container),
        cmocka_unit_test(who_moves_while_he_is_looked_at_is_looked_at_again),
        cmocka_unit_test(who_is_ending_does_not_tell_his_namespaces_root),
        cmocka_unit_test(a_namespace_that_cannot_be_entered_leaves_the_other_rules),
        cmocka_unit_test(a_pid_namespaces_init_is_found_among_the_parents),
        cmocka_unit_test(an_init_that_is_no_parent_is_found_in_the_cgroups_around),
        cmocka_unit_test(an_init_far_away_is_found_too),
        cmocka_unit_test(an_init_is_looked_at_anew_each_time),
        cmocka_unit_test(after_an_inits_end_its_namespaces_number_may_be_anothers),
        cmocka_unit_test(containers_that_share_a_pid_namespace_are_told_apart),
        cmocka_unit_test(an_init_in_the_root_leaves_each_its_own_cgroup),
        cmocka_unit_test(systemd_as_init_is_below_its_containers_cgroup),
        cmocka_unit_test(each_hierarchy_rises_to_the_init_v1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
