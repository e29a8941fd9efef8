/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options of verbs. */

#pragma once

#include "launcher/options.h"

#include <glib.h>
#include <stdbool.h>

/* Entries that many have; @where is the address of a char *. */
#define VERB_RUN_DIR(where)                                                                        \
    {                                                                                              \
        "run-dir", 0, 0, G_OPTION_ARG_FILENAME, where,                                             \
            "the daemon's run directory (" OPTIONS_RUN_DIR ")", "DIR"                              \
    }
#define VERB_TREE(where)                                                                           \
    {                                                                                              \
        "mountpoint", 0, 0, G_OPTION_ARG_FILENAME, where, "the daemon's tree (" OPTIONS_TREE ")",  \
            "DIR"                                                                                  \
    }

/* Reads @argv, which starts with the verb, by @entries; it may have nothing else.  @summary is that
 * of g_option_context_new().  False if it makes no sense: why was said. */
bool verb_options(int argc, char **argv, const GOptionEntry *entries, const char *summary);
