/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/verb_options.h"

#include <stdio.h>

bool
verb_options(int argc, char **argv, const GOptionEntry *entries, const char *summary)
{
    const char *verb = argv[0];
    g_autoptr(GOptionContext) context = g_option_context_new(summary);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        fprintf(stderr, "ownproc: %s\n", error->message);
    else if (argc > 1)
        fprintf(stderr, "ownproc: %s takes no arguments\n", verb);
    else
        return true;
    return false;
}
