/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which of the daemon's files are wanted.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* The files of a LIST as "meminfo,/proc/stat,pressure/cpu,sys/devices/system/cpu", as the tree has
 * them ("proc/meminfo").  NULL and
 * LAUNCH_ERROR_USAGE if one is empty.  The caller frees with g_strfreev(). */
char **select_parse(const char *list, GError **error);

/* Leaves those of @list (bind_list.h) that are among @files.  LAUNCH_ERROR_FAILED if one of @files
 * is not there. */
bool select_files(GPtrArray *list, char **files, GError **error);
