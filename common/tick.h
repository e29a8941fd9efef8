/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The moment that everything shared belongs to.  Whatever is read once for many (a file of the
 * host, a container's text, who a thread is) is kept for the tick it was read in and for no longer.
 * So a number is never older than one tick, through however many hands it went: the ages of what
 * was taken at several places do not add up.  A tick begins when somebody asks after the last one
 * has ended; while nobody asks there are none.  Thread-safe without a lock. */

#pragma once

#include <glib.h>
#include <stdint.h>

#define TICK_USEC 10000 /* unless somebody wants another: 1/USER_HZ, what /proc/stat counts in */

typedef struct {
    uint64_t length; /* microseconds; 0: nothing is shared */
    uint64_t begin;  /* of the latest; atomic */
} Tick;

/* The tick @now (CLOCK_BOOTTIME, microseconds; not 0) is in: when it began, which is its name and
 * no other's.  0 if nothing is shared: @tick is NULL or has no length. */
uint64_t tick_enter(Tick *tick, uint64_t now);

/* When the tick that began at @begin ends; 0, in which nothing is shared, has ended. */
uint64_t tick_end(const Tick *tick, uint64_t begin);
/* How much of the tick that began at @begin is left at @now, microseconds. */
uint64_t tick_left(const Tick *tick, uint64_t begin, uint64_t now);
