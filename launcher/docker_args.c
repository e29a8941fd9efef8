/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc docker-args */

#include "launcher/verbs.h"

#include "common/fd.h"
#include "launcher/engine_files.h"
#include "launcher/launch_error.h"
#include "launcher/tree.h"
#include "launcher/verb_options.h"

#include <stdio.h>

static int
print_args(const char *tree)
{
    autofd tree_fd = tree_open(tree);
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GError) error = NULL;

    if (tree_fd < 0) {
        fprintf(stderr, "ownproc: no daemon serves %s\n", tree);
        return LAUNCH_ERROR_FAILED;
    }
    files = tree_list(tree_fd, &error);
    if (!files) {
        fprintf(stderr, "ownproc: %s\n", error->message);
        return LAUNCH_ERROR_FAILED;
    }
    for (guint i = 0; i < files->len; i++) {
        const char *file = files->pdata[i];

        if (engine_files_allow(file))
            printf("-v %s/%s:/%s:ro\n", tree, file, file);
    }
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
