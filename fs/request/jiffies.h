/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's own clock tick, in which it counts how long attributes are valid. */

#pragma once

#include <stdint.h>

/* What to tell the kernel (attr_timeout, seconds) so that it believes something for at most
 * @left_usec and one jiffy: it counts whole jiffies, from the beginning of the one it is in, which
 * was @since_nsec ago (linux:fs/fuse/dir.c, time_to_jiffies()), and ends with the last of them.  0
 * if nothing is left when that is rounded down.  [pure] */
double jiffies_timeout(uint64_t left_usec, uint64_t since_nsec, uint64_t jiffy_nsec);

/* How long ago the one began that the kernel is in. */
uint64_t jiffies_since_nsec(void);

/* How long one is; nobody says it, but the coarse clocks advance with it. */
uint64_t jiffies_length_nsec(void);
