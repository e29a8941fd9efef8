/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc doctor */

#include "launcher/doctor/checks.h"
#include "launcher/launch_error.h"
#include "launcher/verb_options.h"
#include "launcher/verbs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void (*const checks[])(const Doctor *) = {
    check_kernel,  check_cgroups, check_daemon,     check_runtimes,
    check_engines, check_lxcfs,   check_containers,
};

static const struct {
    const char *name;
    void (*print)(const GPtrArray *findings, GString *out);
} formats[] = {{"text", findings_text}, {"json", findings_json}};

static int
examine(Doctor *doctor, void (*print)(const GPtrArray *findings, GString *out))
{
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(GString) out = g_string_new(NULL);

    doctor->findings = findings;
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
        checks[i](doctor);
    print(findings, out);
    if (fputs(out->str, stdout) < 0 || fflush(stdout) != 0)
        return LAUNCH_ERROR_FAILED;
    return findings_exit_code(findings);
}

int
doctor_main(int argc, char **argv)
{
    g_autofree char *run_dir = NULL, *tree = NULL, *format = NULL, *absolute = NULL;
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format, "text or json", "FORMAT"},
        VERB_TREE(&tree),
        VERB_RUN_DIR(&run_dir),
        {NULL},
    };

    if (!verb_options(argc, argv, entries, "- tell what is not as it should be"))
        return LAUNCH_ERROR_USAGE;
    if (geteuid() != 0) {
        fprintf(stderr, "ownproc: doctor can only examine the machine as root\n");
        return LAUNCH_ERROR_FAILED;
    }
    absolute = g_canonicalize_filename(tree ? tree : OPTIONS_TREE, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(format ? format : "text", formats[i].name) == 0)
            return examine(&(Doctor){absolute, run_dir ? run_dir : OPTIONS_RUN_DIR, NULL},
                           formats[i].print);
    fprintf(stderr, "ownproc: --format: only 'text' and 'json' are known\n");
    return LAUNCH_ERROR_USAGE;
}
