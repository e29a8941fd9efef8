/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What people call a virtual file, and what the daemon calls it.  [pure] */

#pragma once

#include <glib.h>

/* "proc/meminfo" for meminfo, proc/meminfo and /proc/meminfo; likewise what is below sys/.  The
 * caller frees. */
char *view_file_name(const char *text);
