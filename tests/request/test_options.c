/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/options.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/file_of.h"

#include <stdio.h>
#include <string.h>

#define NO_CONFIG "--config=/dev/null"

static bool
parse(const char *const *words, Options *ret, GError **error)
{
    const char *argv[8] = {"ownprocd"};
    int argc = 1;

    for (; words[argc - 1]; argc++)
        argv[argc] = words[argc - 1];
    return options_parse(argc, (char **)argv, ret, error);
}

static void
refuses(const char *const *words, const char *reason)
{
    g_autoptr(GError) error = NULL;
    Options options = {0};

    assert_false(parse(words, &options, &error));
    assert_string_equal(error->message, reason);
    assert_null(options.mount_point);
}

/* Writes a configuration file; the caller frees, and the test group removes it. */
static char *
config(const char *text)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "ownproc-test.conf", NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    return g_strconcat("--config=", path, NULL);
}

static int
remove_config(void **state)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "ownproc-test.conf", NULL);

    (void)state;
    (void)remove(path); /* not every test has one */
    return 0;
}

static void
refuses_config(const char *text, const char *reason)
{
    g_autofree char *option = config(text);
    g_autofree char *message = g_strdup_printf("%s: %s", option + strlen("--config="), reason);

    refuses((const char *[]){option, NULL}, message);
}

static void
without_options_there_are_defaults(void **state)
{
    g_auto(Options) options = {0};

    (void)state;
    assert_true(parse((const char *[]){NO_CONFIG, NULL}, &options, NULL));
    assert_string_equal(options.mount_point, "/var/lib/ownproc");
    assert_int_equal(options.cpu_policy, CPU_POLICY_CEIL);
    assert_int_equal(options.container_pid, 0);
    assert_false(options.foreground);
    assert_false(options.debug);
}

static void
the_command_line_is_taken(void **state)
{
    g_auto(Options) options = {0};

    (void)state;
    assert_true(parse((const char *[]){NO_CONFIG, "-fd", "--mountpoint=/x/../y",
                                       "--cpu-policy=cpuset", "--container-pid=42", NULL},
                      &options, NULL));
    assert_string_equal(options.mount_point, "/y");
    assert_int_equal(options.cpu_policy, CPU_POLICY_CPUSET);
    assert_int_equal(options.container_pid, 42);
    assert_true(options.foreground && options.debug);
}

static void
a_relative_mount_point_is_made_absolute(void **state)
{
    g_auto(Options) options = {0};

    (void)state;
    assert_true(parse((const char *[]){NO_CONFIG, "-m", "here", NULL}, &options, NULL));
    assert_true(g_path_is_absolute(options.mount_point));
    assert_true(g_str_has_suffix(options.mount_point, "/here"));
}

static void
the_configuration_file_is_taken(void **state)
{
    g_autofree char *option =
        config("# a comment\n[ownprocd]\nmountpoint=/m\ncpu-policy=round\ndebug=true\n");
    g_auto(Options) options = {0};

    (void)state;
    assert_true(parse((const char *[]){option, NULL}, &options, NULL));
    assert_string_equal(options.mount_point, "/m");
    assert_int_equal(options.cpu_policy, CPU_POLICY_ROUND);
    assert_true(options.debug);
}

static void
the_command_line_overrides_the_file(void **state)
{
    g_autofree char *option = config("[ownprocd]\nmountpoint=/m\ncpu-policy=round\n");
    g_auto(Options) options = {0};

    (void)state;
    assert_true(
        parse((const char *[]){option, "-m", "/n", "--cpu-policy=ceil", NULL}, &options, NULL));
    assert_string_equal(options.mount_point, "/n");
    assert_int_equal(options.cpu_policy, CPU_POLICY_CEIL);
}

static void
what_is_wrong_on_the_command_line_is_named(void **state)
{
    (void)state;
    refuses((const char *[]){NO_CONFIG, "--bogus", NULL}, "Unknown option --bogus");
    refuses((const char *[]){NO_CONFIG, "word", NULL}, "unexpected argument 'word'");
    refuses((const char *[]){NO_CONFIG, "--cpu-policy=floor", NULL},
            "--cpu-policy: 'floor' is not ceil, round or cpuset");
    refuses((const char *[]){NO_CONFIG, "--container-pid=0", NULL},
            "--container-pid: '0' is not the number of a process");
    refuses((const char *[]){NO_CONFIG, "--container-pid=12x", NULL},
            "--container-pid: '12x' is not the number of a process");
    refuses((const char *[]){NO_CONFIG, "--container-pid=4294967297", NULL},
            "--container-pid: '4294967297' is not the number of a process");
}

static void
what_is_wrong_in_the_file_is_named(void **state)
{
    (void)state;
    refuses_config("[ownprocd]\nmountpint=/x\n", "[ownprocd] mountpint: no such key");
    refuses_config("[ownprocd]\ncontainer-pid=1\n", "[ownprocd] container-pid: no such key");
    refuses_config("[ownprocd]\nmountpoint=x\n",
                   "[ownprocd] mountpoint: 'x' is not an absolute path");
    refuses_config("[ownprocd]\ndebug=yes\n", "[ownprocd] debug: 'yes' is not true or false");
    refuses_config("[ownproc]\ndebug=true\n", "[ownproc]: no such group");
    refuses_config("[container]\n", "[container]: no such group");
    refuses_config("[container ]\n", "[container ]: no such group");
    refuses_config("[files]\nproc/kcore=hide\n", "[files] proc/kcore: no such file");
    refuses_config("[files]\ncpu-policy=ceil\n", "[files] cpu-policy: no such file");
    refuses_config("[files]\nproc/stat=off\n",
                   "[files] proc/stat: 'off' is not virtual, hide, zero or host");
    refuses_config("[container /a]\ncpu-policy=floor\n",
                   "[container /a] cpu-policy: 'floor' is not ceil, round or cpuset");
}

static void
files_and_containers_are_taken_whatever_comes_first(void **state)
{
    g_autofree char *option = config("[container /docker/*]\nproc/stat=host\ncpu-policy=cpuset\n"
                                     "[container /*]\ncpu-policy=round\n"
                                     "[files]\nproc/stat=hide\nproc/uptime=zero\n");
    char docker[] = "/docker/x", other[] = "/other";
    const CgroupPaths of_docker = {.unified = docker}, of_other = {.unified = other};
    g_auto(Options) options = {0};
    const Policy *policy;

    (void)state;
    assert_true(parse((const char *[]){option, NULL}, &options, NULL));
    policy = policies_find(options.policies, &of_docker);
    assert_int_equal(policy_file(policy, file_of("proc/stat")), FILE_HOST);
    assert_int_equal(policy_file(policy, file_of("proc/uptime")), FILE_ZERO);
    assert_int_equal(policy_cpus(policy, options.cpu_policy), CPU_POLICY_CPUSET);
    policy = policies_find(options.policies, &of_other);
    assert_int_equal(policy_file(policy, file_of("proc/stat")), FILE_HIDE);
    assert_int_equal(policy_cpus(policy, options.cpu_policy), CPU_POLICY_ROUND);
}

static void
run_dir_is(const char *const *words, const char *wanted)
{
    g_auto(Options) options = {0};

    assert_true(parse(words, &options, NULL));
    if (wanted)
        assert_string_equal(options.run_dir, wanted);
    else
        assert_null(options.run_dir);
}

/* So a launcher's own daemon, which is told its tree, is never at the socket of the machine's. */
static void
another_tree_has_no_run_directory_unless_it_is_given_one(void **state)
{
    g_autofree char *file = config("[ownprocd]\nrun-dir=/run/there\n");

    (void)state;
    run_dir_is((const char *[]){NO_CONFIG, NULL}, "/run/ownproc");
    run_dir_is((const char *[]){file, NULL}, "/run/there");
    run_dir_is((const char *[]){NO_CONFIG, "--mountpoint=/other", NULL}, NULL);
    run_dir_is((const char *[]){file, "--mountpoint=/other", NULL}, NULL);
    run_dir_is((const char *[]){file, "--mountpoint=/other", "--run-dir=/here", NULL}, "/here");
}

static void
a_file_that_was_named_must_be_there(void **state)
{
    (void)state;
    refuses((const char *[]){"--config=/nowhere/x", NULL},
            "cannot open /nowhere/x: No such file or directory");
}

static void
the_daemon_of_the_system_has_a_run_directory(void **state)
{
    const char *const words[] = {NO_CONFIG, NULL};
    g_auto(Options) options = {0};

    (void)state;
    assert_true(parse(words, &options, NULL));
    assert_string_equal(options.run_dir, "/run/ownproc");
}

static void
one_beside_it_has_none_unless_it_is_told(void **state)
{
    const char *const silent[] = {NO_CONFIG, "--mountpoint=/x", NULL};
    const char *const told[] = {NO_CONFIG, "--mountpoint=/x", "--run-dir=/y", NULL};
    g_auto(Options) without = {0}, with = {0};

    (void)state;
    assert_true(parse(silent, &without, NULL));
    assert_null(without.run_dir);
    assert_true(parse(told, &with, NULL));
    assert_string_equal(with.run_dir, "/y");
}

static void
one_for_a_single_container_has_none(void **state)
{
    const char *const words[] = {NO_CONFIG, "--run-dir=/y", "--container-pid=1", NULL};
    g_auto(Options) options = {0};

    (void)state;
    assert_true(parse(words, &options, NULL));
    assert_null(options.run_dir);
}

static void
a_pods_keeper_is_one(void **state)
{
    const char *const words[] = {NO_CONFIG, "--pod=1", "--adopt", NULL};
    g_auto(Options) options = {0};

    (void)state;
    assert_true(parse(words, &options, NULL));
    assert_int_equal(options.pod_host, 1);
    refuses((const char *[]){NO_CONFIG, "--pod=0", NULL},
            "--pod: '0' is not the number of a process");
    refuses((const char *[]){NO_CONFIG, "--pod=1", "--no-keeper", NULL},
            "--pod: without a keeper nothing outlives it");
    refuses((const char *[]){NO_CONFIG, "--pod=1", "--container-pid=2", NULL},
            "--pod: without a keeper nothing outlives it");
}

static void
the_file_may_name_the_run_directory(void **state)
{
    g_autofree char *option = config("[ownprocd]\nrun-dir=/z\n");
    const char *const words[] = {option, NULL};
    g_auto(Options) options = {0};

    (void)state;
    assert_true(parse(words, &options, NULL));
    assert_string_equal(options.run_dir, "/z");
    refuses_config("[ownprocd]\nrun-dir=z\n", "[ownprocd] run-dir: 'z' is not an absolute path");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_there_are_defaults),
        cmocka_unit_test(the_command_line_is_taken),
        cmocka_unit_test(a_relative_mount_point_is_made_absolute),
        cmocka_unit_test(the_daemon_of_the_system_has_a_run_directory),
        cmocka_unit_test(one_beside_it_has_none_unless_it_is_told),
        cmocka_unit_test(one_for_a_single_container_has_none),
        cmocka_unit_test(a_pods_keeper_is_one),
        cmocka_unit_test(the_file_may_name_the_run_directory),
        cmocka_unit_test(the_configuration_file_is_taken),
        cmocka_unit_test(the_command_line_overrides_the_file),
        cmocka_unit_test(what_is_wrong_on_the_command_line_is_named),
        cmocka_unit_test(what_is_wrong_in_the_file_is_named),
        cmocka_unit_test(files_and_containers_are_taken_whatever_comes_first),
        cmocka_unit_test(another_tree_has_no_run_directory_unless_it_is_given_one),
        cmocka_unit_test(a_file_that_was_named_must_be_there),
    };

    return cmocka_run_group_tests(tests, NULL, remove_config);
}
