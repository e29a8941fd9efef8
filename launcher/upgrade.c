/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc upgrade */

#include "common/fd.h"
#include "launcher/keeper_ask.h"
#include "launcher/launch_error.h"
#include "launcher/verb_options.h"
#include "launcher/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define PATIENCE_SEC 60 /* the new program warms up, the old one drains */

static int
upgrade(const char *run_dir, const char *binary)
{
    autofd fd = binary ? open(binary, O_RDONLY | O_CLOEXEC) : -1;
    const KeeperQuestion question = {PROTOCOL_UPGRADE, PROTOCOL_DONE, fd, PATIENCE_SEC};
    g_autoptr(GError) error = NULL;
    ProtocolMessage answer;

    if (binary && fd < 0)
        launch_error_set_errno(&error, errno, "cannot open %s", binary);
    else if (keeper_ask(run_dir, &question, &answer, &error))
        return 0;
    fprintf(stderr, "ownproc: cannot upgrade: %s\n", error->message);
    return LAUNCH_ERROR_FAILED;
}

int
upgrade_main(int argc, char **argv)
{
    g_autofree char *run_dir = NULL, *binary = NULL;
    const GOptionEntry entries[] = {
        {"binary", 0, 0, G_OPTION_ARG_FILENAME, &binary,
         "the new ownprocd (the one at the path that the daemon was started from)", "PATH"},
        VERB_RUN_DIR(&run_dir),
        {NULL},
    };

    if (!verb_options(argc, argv, entries, "- replace the daemon's program while it serves"))
        return LAUNCH_ERROR_USAGE;
    return upgrade(run_dir ? run_dir : OPTIONS_RUN_DIR, binary);
}
