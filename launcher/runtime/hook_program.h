/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `ownproc hook`, which binds what the runtime refuses to mount. */

#pragma once

#include "launcher/runtime/settings.h"
#include "launcher/runtime/spec.h"

/* The path of ownproc: as configured, else beside our own program; NULL if it is not there.  The
 * caller frees. */
char *hook_program_find(const Settings *settings);

/* Adds the hook to @spec; it is to bind @files, "proc/vmstat,proc/pressure/cpu". */
bool hook_program_add(json_object *spec, const char *program, const Settings *settings,
                      const char *files);
