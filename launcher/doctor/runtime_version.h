/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a runtime's version tells.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *name, *version; /* "runc", "1.1.5+ds1" */
    bool takes_all;       /* any file over /proc */
    char **files;         /* those that it takes, if it does not take all: "meminfo" */
} RuntimeVersion;

/* Reads what "runc --version" prints; false if that is none of the runtimes known. */
bool runtime_version_parse(const char *text, RuntimeVersion *ret);
void runtime_version_clear(RuntimeVersion *version);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RuntimeVersion, runtime_version_clear)
