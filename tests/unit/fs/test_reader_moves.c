/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may write to his cgroups moves there and back while he is looked at: in /docker/x when he is
 * seen from outside, in /docker/x/docker/x when he is seen from inside. */

#include "common/fd.h"
#include "common/io.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

static char *
back_from_x(int pid_dir_fd G_GNUC_UNUSED, size_t *ret_len, GError **error G_GNUC_UNUSED)
{
    static const char shown[] = "0::/../../system.slice/ownprocd.service\n";

    *ret_len = strlen(shown);
    return g_strdup(shown);
}

static char *
container_of(const char *inside)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    ReadersConfig config = {.look_inside = tree_look_inside, .look_back = back_from_x};
    g_autoptr(Readers) readers = NULL;

    machine_cgroup_v2(machine, "docker/x");
    machine_write(machine, "proc/self/cgroup", "0::/system.slice/ownprocd.service\n");
    machine_process(machine, &(MachineProcess){.pid = 50,
                                               .cgroup = "0::/docker/x\n",
                                               .cgroup_ns = "cgroup:[4026532100]",
                                               .inside = inside});
    machine_boot(machine);
    config.root_fd = machine->tree.root_fd;
    config.layout = &machine->tree.layout;
    readers = readers_new(&config, NULL);
    assert_true(reader_identify(readers, 50, &reader, NULL));
    assert_false(reader.is_host);
    return g_strdup(reader.container.unified);
}

static void
who_stands_still_is_in_his_namespaces_root(void **state)
{
    g_autofree char *container = container_of("0::/\n");

    (void)state;
    assert_string_equal(container, "/docker/x");
}

static void
who_moves_there_and_back_is_not_in_the_hosts(void **state)
{
    g_autofree char *container = container_of("0::/docker/x\n");

    (void)state;
    assert_string_equal(container, "/docker/x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_stands_still_is_in_his_namespaces_root),
        cmocka_unit_test(who_moves_there_and_back_is_not_in_the_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
