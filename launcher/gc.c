/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ownproc gc */

#include "launcher/verbs.h"

#include "launcher/launch_error.h"
#include "launcher/state.h"

#include <stdio.h>
#include <string.h>

int
gc_main(int argc, char **argv)
{
    g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    if (argc > 1) {
        bool help = strcmp(argv[1], "--help") == 0;

        fprintf(help ? stdout : stderr,
                "usage: ownproc gc\n\nRemoves the cgroups, directories and state files of "
                "containers whose launcher was killed,\nand prints their names.\n");
        return help ? 0 : LAUNCH_ERROR_USAGE;
    }
    if (!state_sweep(removed, &error)) {
        fprintf(stderr, "ownproc: %s\n", error->message);
        return LAUNCH_ERROR_FAILED;
    }
    for (guint i = 0; i < removed->len; i++)
        printf("%s\n", (const char *)removed->pdata[i]);
    return 0;
}
