/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How ownproc-runc is configured: ownproc-runc(8). */

#pragma once

#include "launcher/skip.h"

#include <glib.h>
#include <stdbool.h>

#define SETTINGS_FILE "/etc/ownproc-runtime.conf"

typedef struct {
    char *runtime;        /* the real one: a path, or a name that is searched in PATH */
    char *tree, *run_dir; /* the daemon's */
    char *program;        /* ownproc; NULL: beside ownproc-runc */
    char **files;         /* globs of the files that are given, "proc/meminfo"; NULL: all */
    bool hook;            /* the files that the runtime refuses come by a hook */
    bool time_namespace;  /* a container's clock begins when it is created */
    bool required;        /* no container without its files */
    SkipRules rules;
} Settings;

/* Reads @path (NULL: SETTINGS_FILE, which need not exist).  @argv0 is what we were called as:
 * "ownproc-crun" is a wrapper of crun.  What is not set has its default, also if false is returned:
 * the file cannot be read or says something that is unknown. */
bool settings_read(const char *path, const char *argv0, Settings *ret, GError **error);
void settings_clear(Settings *settings);

/* True if @file ("proc/meminfo") is to be given. */
bool settings_want(const Settings *settings, const char *file);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Settings, settings_clear)
