/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/launch_error.h"
#include "launcher/verbs.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

static const struct {
    const char *name;
    int (*main)(int argc, char **argv); /* argv[0] is the verb */
    const char *summary;
} verbs[] = {
    {"run", run_main, "run a command in a container"},
    {"attach", attach_main, "put the files into containers that run"},
    {"detach", detach_main, "take them out again"},
    {"repair", repair_main, "replace files that are dead"},
    {"hook", hook_main, "put the files into a container that an OCI runtime makes"},
    {"docker-args", docker_args_main, "print the -v flags that give a docker container its files"},
    {"ps", ps_main, "list the containers the daemon knows"},
    {"view", view_main, "print a file as a container sees it"},
    {"status", status_main, "tell how the daemon is"},
    {"doctor", doctor_main, "tell what is not as it should be"},
    {"upgrade", upgrade_main, "replace the daemon's program while it serves"},
    {"shutdown", shutdown_main, "unmount the files and end the daemon"},
    {"metrics", metrics_main, "answer Prometheus over HTTP"},
    {"gc", gc_main, "remove what killed launchers left"},
};

static void
print_usage(FILE *out)
{
    fprintf(out, "usage: ownproc VERB [ARGUMENT]...\n\n");
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        fprintf(out, "  %-12s %s\n", verbs[i].name, verbs[i].summary);
    fprintf(out, "\nownproc VERB --help says more; so does ownproc(1).\n");
}

static int
verb_run(size_t verb, int argc, char **argv)
{
    g_autofree char *name = g_strdup_printf("ownproc %s", verbs[verb].name);

    g_set_prgname(name); /* as --help calls it */
    return verbs[verb].main(argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
    if (getauxval(AT_SECURE)) {
        fprintf(stderr, "ownproc: refuses to run with the privileges of its file\n");
        return LAUNCH_ERROR_FAILED;
    }
    if (argc < 2) {
        print_usage(stderr);
        return LAUNCH_ERROR_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("ownproc %s\n", OWNPROC_VERSION);
        return 0;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verb_run(i, argc, argv);
    fprintf(stderr, "ownproc: there is no verb '%s'; see ownproc --help\n", argv[1]);
    return LAUNCH_ERROR_USAGE;
}
