/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/launch_error.h"
#include "launcher/options.h"
#include "launcher/plan.h"
#include "tests/unit/cmocka.h"

/* The machines of today: every v1 controller on its own, all on v2, cpu and cpuacct together, and
 * the memory controller on v2 beside them. */
static const unsigned separate[CGROUP_N_CONTROLLERS] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
static const unsigned comounted[CGROUP_N_CONTROLLERS] = {0, 1, 1, 3, 4, 5, 6, 7, 8};
static const unsigned one[CGROUP_N_CONTROLLERS] = {0};

static void
facts_of(unsigned version, const unsigned *hierarchies, Facts *facts)
{
    static char *environment[] = {(char *)"TERM=vt100", (char *)"SECRET=s", NULL};

    *facts = (Facts){.serving = SERVES_TREE, .time_namespaces = true, .environment = environment};
    facts->name = (char *)"c0ffee";
    facts->user.home = (char *)"/root";
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++) {
        facts->versions[i] = version;
        facts->hierarchies[i] = hierarchies[i];
    }
}

/* The plan for @line on @facts as --dry-run prints it; NULL and @error if there is none. */
static char *
print_plan(const char *line, const Facts *facts, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autofree char **argv = g_memdup2(words, (g_strv_length(words) + 1) * sizeof(char *));
    g_autofree char *help = NULL;
    g_auto(RunOptions) options = {0};
    g_auto(Plan) plan = {0};
    GString *text;

    if (!options_parse_run((int)g_strv_length(words), argv, &options, &help, error) ||
        !plan_make(&options, facts, &plan, error))
        return NULL;
    text = g_string_new(NULL);
    plan_print(&plan, text);
    return g_string_free(text, FALSE);
}

static void
shows(const char *line, const Facts *facts, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = print_plan(line, facts, &error);

    if (!text)
        fail_msg("'%s': %s", line, error->message);
    if (!strstr(text, wanted))
        fail_msg("'%s' does not plan '%s' but:\n%s", line, wanted, text);
}

static void
hides(const char *line, const Facts *facts, const char *unwanted)
{
    g_autofree char *text = print_plan(line, facts, NULL);

    if (!text || strstr(text, unwanted))
        fail_msg("'%s' plans '%s':\n%s", line, unwanted, text ? text : "nothing");
}

static void
a_plan_is_printed_whole(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    shows(
        "run -m 64m -w /tmp / -- echo it's", &facts,
        "container   c0ffee\n"
        "root        /\n"
        "namespaces  pid mount uts ipc net cgroup time\n"
        "cgroup      v2 unified: ownproc/c0ffee memory.max = 67108864, memory.swap.max = 67108864 "
        "(if the kernel has it)\n"
        "mounts      /dev /proc /sys /sys/fs/cgroup\n"
        "files       every file of /var/lib/ownproc, over its like in /proc and /sys\n"
        "host name   c0ffee\n"
        "user        0:0\n"
        "capabilities chown dac_override fsetid fowner mknod net_raw setgid setuid setfcap setpcap "
        "kill sys_chroot audit_write net_bind_service\n"
        "privileges  no new ones; default system call filter\n"
        "env         PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
        "env         HOSTNAME=c0ffee\n"
        "env         HOME=/root\n"
        "directory   /tmp\n"
        "command     'echo' 'it'\\''s'\n");
}

static void
a_container_is_registered_where_that_can_be(void **state G_GNUC_UNUSED)
{
    static const unsigned none[CGROUP_N_CONTROLLERS] = {0};
    Facts facts;

    facts_of(2, one, &facts);
    facts.serving = SERVES_BOUND;
    shows("run / true", &facts,
          "files       those that it has in /run/ownproc/containers/c0ffee, from there\n");
    hides("run --proc none / true", &facts, "from there");
    facts_of(0, none, &facts);
    facts.serving = SERVES_BOUND;
    hides("run / true", &facts, "from there");
}

/* The socket at the usual place may be another daemon's. */
static void
the_daemon_of_another_tree_has_no_usual_socket(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    facts.serving = SERVES_BOUND;
    hides("run --mountpoint /t / true", &facts, "from there");
    shows("run --mountpoint /t --run-dir /r / true", &facts, "in /r/containers/c0ffee, from");
}

static void
v1_counts_memory_and_swap_together(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(1, separate, &facts);
    shows(
        "run -m 64m / true", &facts,
        "v1 memory: ownproc/c0ffee memory.limit_in_bytes = 67108864, memory.memsw.limit_in_bytes = "
        "134217728 (if the kernel has it)\n");
    shows("run -m 64m --memory-swap 96m / true", &facts,
          "memory.memsw.limit_in_bytes = 100663296\n");
    shows("run -m 64m --memory-swap -1 / true", &facts, "memory.memsw.limit_in_bytes = -1");
}

static void
v2_counts_swap_alone(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    shows("run -m 64m --memory-swap 96m / true", &facts, "memory.swap.max = 33554432\n");
    shows("run -m 64m --memory-swap 64m / true", &facts, "memory.swap.max = 0\n");
    shows("run -m 64m --memory-swap -1 / true", &facts, "memory.swap.max = max");
}

static void
a_quota_is_written_as_its_version_wants(void **state G_GNUC_UNUSED)
{
    Facts v1, v2;

    facts_of(1, separate, &v1);
    facts_of(2, one, &v2);
    shows("run --cpus 0.5 / true", &v1, "cpu.cfs_period_us = 100000, cpu.cfs_quota_us = 50000\n");
    shows("run --cpus 0.5 / true", &v2, "cpu.max = 50000 100000\n");
    shows("run --cpu-quota 20000 --cpu-period 40000 / true", &v2, "cpu.max = 20000 40000\n");
    shows("run --cpu-period 40000 / true", &v2, "cpu.max = max 40000\n");
    shows("run --cpu-quota -1 / true", &v1, "cpu.cfs_quota_us = -1\n");
}

static void
shares_become_a_weight_on_v2(void **state G_GNUC_UNUSED)
{
    Facts v1, v2;

    facts_of(1, separate, &v1);
    facts_of(2, one, &v2);
    shows("run --cpu-shares 512 / true", &v1, "cpu.shares = 512\n");
    shows("run --cpu-shares 2 / true", &v2, "cpu.weight = 1\n");
    shows("run --cpu-shares 1024 / true", &v2, "cpu.weight = 39\n");
    shows("run --cpu-shares 262144 / true", &v2, "cpu.weight = 10000\n");
}

static void
the_cpu_controller_is_joined_last(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(1, separate, &facts);
    shows("run / true", &facts,
          "cgroup      v1 memory: ownproc/c0ffee\n"
          "cgroup      v1 pids: ownproc/c0ffee\n"
          "cgroup      v1 cpuset: ownproc/c0ffee\n"
          "cgroup      v1 blkio: ownproc/c0ffee\n"
          "cgroup      v1 hugetlb: ownproc/c0ffee\n"
          "cgroup      v1 cpuacct: ownproc/c0ffee\n"
          "cgroup      v1 cpu: ownproc/c0ffee\n");
}

static void
it_is_last_even_together_with_the_first(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(1, separate, &facts);
    facts.hierarchies[CGROUP_CPU] = facts.hierarchies[CGROUP_MEMORY];
    shows("run / true", &facts,
          "cgroup      v1 cpuacct: ownproc/c0ffee\n"
          "cgroup      v1 memory,cpu: ownproc/c0ffee\n"
          "mounts");
}

static void
controllers_mounted_together_are_one_cgroup(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(1, comounted, &facts);
    shows("run --cpus 1 / true", &facts,
          "cgroup      v1 cpu,cpuacct: ownproc/c0ffee cpu.cfs_period_us");
}

static void
versions_are_chosen_for_each_controller(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(1, separate, &facts);
    facts.versions[CGROUP_MEMORY] = 2;
    shows("run -m 64m --cpus 1 / true", &facts, "v2 unified: ownproc/c0ffee memory.max = 67108864");
    shows("run -m 64m --cpus 1 / true", &facts, "cpu.cfs_quota_us = 100000");
}

static void
a_limit_without_its_controller_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    Facts facts;

    facts_of(1, separate, &facts);
    facts.versions[CGROUP_MEMORY] = 0;
    assert_null(print_plan("run -m 64m / true", &facts, &error));
    assert_true(g_error_matches(error, LAUNCH_ERROR, LAUNCH_ERROR_FAILED));
    assert_string_equal(error->message,
                        "--memory: the memory controller is not mounted on this machine");
    hides("run / true", &facts, "memory");
}

static void
without_any_cgroup_there_is_still_a_plan(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(0, one, &facts);
    hides("run / true", &facts, "\ncgroup  ");
}

static void
the_hosts_network_is_no_namespace(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    shows("run --network host / true", &facts, "namespaces  pid mount uts ipc cgroup time\n");
}

static void
a_kernel_without_time_namespaces_is_noted(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    facts.time_namespaces = false;
    shows("run / true", &facts, "net cgroup\n");
    shows("run / true", &facts, "note        this kernel has no time namespaces");
}

static void
parents_are_mounted_before_what_is_below_them(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    shows("run -v /1:/a/b -v /2:/a --tmpfs /a/b/c -v /3:/z / true", &facts,
          "mount       /a: bind of /2\n"
          "mount       /z: bind of /3\n"
          "mount       /a/b: bind of /1\n"
          "mount       /a/b/c: tmpfs \n");
}

static void
a_private_daemon_is_for_auto_alone(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    Facts facts;

    facts_of(2, one, &facts);
    facts.serving = SERVES_NOBODY;
    shows("run / true", &facts, "every file of a private daemon");
    hides("run --proc none / true", &facts, "\nfiles ");
    assert_null(print_plan("run --proc require / true", &facts, &error));
    assert_string_equal(error->message, "no daemon serves /var/lib/ownproc (--proc require)");
}

static void
only_named_variables_pass(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    hides("run / true", &facts, "SECRET");
    shows("run -e SECRET / true", &facts, "env         SECRET=s\n");
    shows("run -e HOME=/h / true", &facts, "env         HOME=/h\n");
    hides("run -e UNSET / true", &facts, "UNSET");
}

static void
a_terminal_brings_its_kind_along(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    hides("run / true", &facts, "TERM");
    facts.terminal = true;
    shows("run / true", &facts, "env         TERM=vt100\n");
}

static void
others_than_root_have_no_capabilities(void **state G_GNUC_UNUSED)
{
    Facts facts;

    facts_of(2, one, &facts);
    facts.user = (User){.uid = 33, .gid = 33, .groups = {4, 5}, .n_groups = 2, .home = (char *)"/"};
    shows("run -u web / true", &facts, "user        33:33+4,5\ncapabilities none\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_printed_whole),
        cmocka_unit_test(a_container_is_registered_where_that_can_be),
        cmocka_unit_test(the_daemon_of_another_tree_has_no_usual_socket),
        cmocka_unit_test(v1_counts_memory_and_swap_together),
        cmocka_unit_test(v2_counts_swap_alone),
        cmocka_unit_test(a_quota_is_written_as_its_version_wants),
        cmocka_unit_test(shares_become_a_weight_on_v2),
        cmocka_unit_test(the_cpu_controller_is_joined_last),
        cmocka_unit_test(it_is_last_even_together_with_the_first),
        cmocka_unit_test(controllers_mounted_together_are_one_cgroup),
        cmocka_unit_test(versions_are_chosen_for_each_controller),
        cmocka_unit_test(a_limit_without_its_controller_is_refused),
        cmocka_unit_test(without_any_cgroup_there_is_still_a_plan),
        cmocka_unit_test(the_hosts_network_is_no_namespace),
        cmocka_unit_test(a_kernel_without_time_namespaces_is_noted),
        cmocka_unit_test(parents_are_mounted_before_what_is_below_them),
        cmocka_unit_test(a_private_daemon_is_for_auto_alone),
        cmocka_unit_test(only_named_variables_pass),
        cmocka_unit_test(a_terminal_brings_its_kind_along),
        cmocka_unit_test(others_than_root_have_no_capabilities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
