/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc docker-args */

#include "launcher/verbs.h"

#include "launcher/engine_files.h"
#include "launcher/launch_error.h"
#include "launcher/tree_ask.h"
#include "launcher/verb_options.h"

#include <stdio.h>

static int
print_args(const char *tree)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) files = tree_ask(tree, &error);

    if (!files) {
        fprintf(stderr, "ownproc: %s\n", error->message);
        return LAUNCH_ERROR_FAILED;
    }
    for (char **file = files; *file; file++)
        if (engine_files_allow(*file))
            printf("-v %s/%s:/%s:ro\n", tree, *file, *file);
    return fflush(stdout) == 0 ? 0 : LAUNCH_ERROR_FAILED;
}

int
docker_args_main(int argc, char **argv)
{
    g_autofree char *tree = NULL, *absolute = NULL;
    const GOptionEntry entries[] = {
        {"mountpoint", 0, 0, G_OPTION_ARG_FILENAME, &tree, "the daemon's tree", "DIR"},
        {NULL},
    };

    if (!verb_options(argc, argv, entries, "- for: docker run $(ownproc docker-args) IMAGE"))
        return LAUNCH_ERROR_USAGE;
    absolute = g_canonicalize_filename(tree ? tree : OPTIONS_TREE, NULL);
    return print_args(absolute);
}
