/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The values of docker-run(1)'s flags.  All refuse with LAUNCH_ERROR_USAGE and quote the input.
 * [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* "512", "64k", "1.5g", "2GiB": a positive number of bytes; units b k m g t are powers of 1024. */
bool quantity_parse_size(const char *text, uint64_t *ret, GError **error);

/* The same, and "-1" is NUMBER_MAX: no limit. */
bool quantity_parse_size_or_unlimited(const char *text, uint64_t *ret, GError **error);

/* "1.5" CPUs as the microseconds of every 100,000 that may be used. */
bool quantity_parse_cpus(const char *text, uint64_t *ret_usec, GError **error);

/* A plain number from @low to @high. */
bool quantity_parse_count(const char *text, uint64_t low, uint64_t high, uint64_t *ret,
                          GError **error);
