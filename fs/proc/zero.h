/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A file that says nothing about its container: its lines, and 0 for each number.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* False for the files that say how many CPUs there are: a list of zeros would say one. */
bool zero_is_possible(const char *path);

/* Rewrites what stands from @start on in @text, the text of the file @path.  Tables whose lines are
 * things (disks, slabs, swap areas) become their header. */
void zero_text(const char *path, GString *text, size_t start);
