/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/number.h"
#include "launcher/launch_error.h"
#include "launcher/options.h"
#include "tests/unit/cmocka.h"

/* Parses @line, whose words are separated by blanks, as what follows "ownproc". */
static bool
parse(const char *line, RunOptions *options, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    /* GOption moves the pointers around. */
    g_autofree char **argv = g_memdup2(words, (g_strv_length(words) + 1) * sizeof(char *));
    g_autofree char *help = NULL;

    return options_parse_run((int)g_strv_length(words), argv, options, &help, error);
}

static void
takes(const char *line, RunOptions *options)
{
    g_autoptr(GError) error = NULL;

    *options = (RunOptions){0};
    if (!parse(line, options, &error))
        fail_msg("'%s' was refused: %s", line, error->message);
}

static void
refuses(const char *line, const char *because)
{
    g_auto(RunOptions) options = {0};
    g_autoptr(GError) error = NULL;

    if (parse(line, &options, &error))
        fail_msg("'%s' was taken", line);
    assert_true(g_error_matches(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE));
    if (!strstr(error->message, because))
        fail_msg("'%s' was refused, but: %s", line, error->message);
}

static void
root_and_command_are_enough(void **state G_GNUC_UNUSED)
{
    g_auto(RunOptions) options;

    takes("run / -- true", &options);
    assert_string_equal(options.rootfs, "/");
    assert_string_equal(options.command[0], "true");
    assert_null(options.command[1]);
    assert_string_equal(options.tree, OPTIONS_TREE);
    assert_int_equal(options.proc, PROC_AUTO);
    assert_false(options.host_network);
}

static void
the_commands_own_flags_are_left_alone(void **state G_GNUC_UNUSED)
{
    g_auto(RunOptions) options;

    takes("run -m 64m / ls -m --help", &options);
    assert_int_equal(g_strv_length(options.command), 3);
    assert_string_equal(options.command[1], "-m");
}

static void
limits_are_bytes_and_microseconds(void **state G_GNUC_UNUSED)
{
    g_auto(RunOptions) options;

    takes("run -m 256m --memory-swap 1g --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0-2,4 "
          "--pids-limit 100 / true",
          &options);
    assert_int_equal(options.limits.memory, 268435456);
    assert_int_equal(options.limits.memory_swap, 1073741824);
    assert_int_equal(options.limits.cpu_quota, 50000);
    assert_int_equal(options.limits.cpu_period, 100000);
    assert_int_equal(options.limits.cpu_shares, 512);
    assert_int_equal(options.limits.pids, 100);
    assert_string_equal(options.limits.cpuset_cpus, "0-2,4");
}

static void
minus_one_is_unlimited_where_docker_says_so(void **state G_GNUC_UNUSED)
{
    g_auto(RunOptions) options;

    takes("run -m 1g --memory-swap -1 --cpu-quota -1 --pids-limit -1 / true", &options);
    assert_true(options.limits.memory_swap == NUMBER_MAX);
    assert_true(options.limits.cpu_quota == NUMBER_MAX);
    assert_true(options.limits.pids == NUMBER_MAX);
}

static void
bad_limits_are_refused_by_name(void **state G_GNUC_UNUSED)
{
    refuses("run -m 12x / true", "--memory: '12x'");
    refuses("run -m 0 / true", "--memory");
    refuses("run -m 99999999999999999999 / true", "--memory");
    refuses("run --cpus -1 / true", "--cpus: '-1'");
    refuses("run --cpus 0 / true", "--cpus");
    refuses("run --cpu-quota 10 / true", "--cpu-quota");
    refuses("run --cpu-period 5 / true", "--cpu-period");
    refuses("run --cpu-shares 1 / true", "--cpu-shares");
    refuses("run --pids-limit 0 / true", "--pids-limit");
    refuses("run --cpuset-cpus 2-1 / true", "--cpuset-cpus");
    refuses("run --cpuset-cpus x / true", "--cpuset-cpus");
}

static void
swap_cannot_be_less_than_memory_nor_alone(void **state G_GNUC_UNUSED)
{
    refuses("run -m 1g --memory-swap 512m / true", "--memory-swap");
    refuses("run --memory-swap 512m / true", "--memory-swap needs --memory");
}

static void
cpus_and_quota_exclude_each_other(void **state G_GNUC_UNUSED)
{
    refuses("run --cpus 1 --cpu-quota 5000 / true", "--cpus is");
    refuses("run --cpus 1 --cpu-period 5000 / true", "--cpus is");
}

static void
what_is_missing_is_asked_for(void **state G_GNUC_UNUSED)
{
    refuses("run", "which root directory");
    refuses("run -m 64m", "which root directory");
    refuses("run /", "which command");
    refuses("run / --", "which command");
    refuses("run --frobnicate / true", "--frobnicate");
}

static void
choices_are_only_what_is_known(void **state G_GNUC_UNUSED)
{
    g_auto(RunOptions) options;

    takes("run --network host --proc require / true", &options);
    assert_true(options.host_network);
    assert_int_equal(options.proc, PROC_REQUIRE);
    refuses("run --network bridge / true", "--network");
    refuses("run --proc maybe / true", "--proc");
}

static void
short_flags_are_dockers(void **state G_GNUC_UNUSED)
{
    g_auto(RunOptions) options;

    takes("run -h box -u nobody -w /tmp -e A=1 -e B -v /a:/b / true", &options);
    assert_string_equal(options.hostname, "box");
    assert_string_equal(options.user, "nobody");
    assert_string_equal(options.workdir, "/tmp");
    assert_int_equal(g_strv_length(options.env), 2);
    assert_int_equal(options.mounts->len, 1);
}

static void
strings_that_cannot_be_are_refused(void **state G_GNUC_UNUSED)
{
    refuses("run -w tmp / true", "--workdir");
    refuses("run -e =1 / true", "--env");
    refuses("run --name ../x / true", "--name");
    refuses("run -v /a / true", "--volume");
}

static void
names_are_safe_as_directories(void **state G_GNUC_UNUSED)
{
    assert_true(options_name_is_valid("web-1.a_b"));
    assert_false(options_name_is_valid(""));
    assert_false(options_name_is_valid("."));
    assert_false(options_name_is_valid(".hidden"));
    assert_false(options_name_is_valid("-x"));
    assert_false(options_name_is_valid("a/b"));
    assert_false(options_name_is_valid("a b"));
    assert_false(options_name_is_valid(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")); /* 65 */
}

static void
help_needs_nothing_else(void **state G_GNUC_UNUSED)
{
    g_auto(RunOptions) options = {0};
    g_autofree char *help = NULL;
    char run[] = "run", flag[] = "--help";
    char *argv[] = {run, flag, NULL};

    assert_true(options_parse_run(2, argv, &options, &help, NULL));
    assert_non_null(strstr(help, "--memory-swap"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(root_and_command_are_enough),
        cmocka_unit_test(the_commands_own_flags_are_left_alone),
        cmocka_unit_test(limits_are_bytes_and_microseconds),
        cmocka_unit_test(minus_one_is_unlimited_where_docker_says_so),
        cmocka_unit_test(bad_limits_are_refused_by_name),
        cmocka_unit_test(swap_cannot_be_less_than_memory_nor_alone),
        cmocka_unit_test(cpus_and_quota_exclude_each_other),
        cmocka_unit_test(what_is_missing_is_asked_for),
        cmocka_unit_test(choices_are_only_what_is_known),
        cmocka_unit_test(short_flags_are_dockers),
        cmocka_unit_test(strings_that_cannot_be_are_refused),
        cmocka_unit_test(names_are_safe_as_directories),
        cmocka_unit_test(help_needs_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
