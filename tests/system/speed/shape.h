/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a text looks like, whatever its numbers: how a torn one is told from a whole one. */

#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Writes to @out, which has room for @len bytes, what stays of @text when each number is "0",
 * blanks are one blank, and those at the ends of lines none.  Returns its length.  [pure] */
size_t shape_of(const char *text, size_t len, char *out);

/* The number that follows @key at the beginning of a line, -1 if there is none.  @text ends with a
 * NUL.  [pure] */
long long shape_number(const char *text, const char *key);

/* What must hold between the numbers of a file of the name @name.  NULL, or what does not.  [pure]
 */
const char *shape_contradiction(const char *name, const char *text);
