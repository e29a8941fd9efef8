/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The runtime that does the work. */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
    REAL_LISTED, /* lets only some files be mounted over /proc: runc, and whatever is unknown */
    REAL_ANY,    /* lets any file be: crun */
    REAL_VM,     /* has a kernel of its own, of which ours knows nothing: Kata, gVisor */
} RealKind;

/* The path of the program @name, looked for in PATH and where programs usually are; the caller
 * frees.  Never ourselves. */
char *real_find(const char *name, GError **error);
RealKind real_kind(const char *path);

/* True if the runtime at @path lets @file ("proc/meminfo") be mounted. */
bool real_accepts(RealKind kind, const char *file);

/* True if it knows time namespaces: it says so when it is asked for its "features". */
bool real_has_time_namespaces(const char *path);
