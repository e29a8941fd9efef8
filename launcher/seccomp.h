/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The default filter of system calls. */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* Installs it for this process and all that come from it; needs no_new_privs.  True without doing
 * anything on a kernel built without seccomp. */
bool seccomp_install(GError **error);
