/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers as the kernel writes them, and arithmetic that cannot wrap.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NUMBER_MAX UINT64_MAX

/* Parses all @len bytes of @text as a decimal number.  No sign, no blanks, no other base.
 * Fails with READ_ERROR_MALFORMED, also when it does not fit 64 bits. */
bool number_parse(const char *text, size_t len, uint64_t *ret, GError **error);

/* The same, and "max" is NUMBER_MAX (cgroup-v2.rst, "Format"). */
bool number_parse_or_max(const char *text, size_t len, uint64_t *ret, GError **error);

/* The same for the number of a process or thread: from 1, and what the kernel's pid_t holds. */
bool number_parse_pid(const char *text, size_t len, pid_t *ret, GError **error);

/* Results saturate: below at 0, above at UINT64_MAX. */
uint64_t number_sub(uint64_t a, uint64_t b);
uint64_t number_add(uint64_t a, uint64_t b);
uint64_t number_mul(uint64_t a, uint64_t b);
/* a * b / c in 128 bits; c == 0 gives UINT64_MAX. */
uint64_t number_mul_div(uint64_t a, uint64_t b, uint64_t c);
