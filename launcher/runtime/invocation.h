/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The command line of an OCI runtime, as far as it must be understood: runc's and crun's.  [pure]
 */

#pragma once

#include <stdbool.h>

/* Borrowed from the command line.  What is not understood is nobody's verb. */
typedef struct {
    const char *verb;   /* "create"; NULL: none */
    const char *bundle; /* its directory; "." if not said */
    const char *log;    /* where the runtime's own log goes; NULL: nowhere */
    bool log_is_json;
    bool other_config; /* the configuration is not the bundle's config.json (crun -f) */
} Invocation;

/* @argv is NULL-terminated; its first is the program. */
void invocation_parse(char *const *argv, Invocation *ret);

/* True if it makes a container of a bundle. */
bool invocation_makes(const Invocation *invocation);
