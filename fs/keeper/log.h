/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One sentence to stderr, where the keeper has no GLib to say it with. */

#pragma once

#include <stdint.h>
#include <syslog.h>
#include <time.h>

/* @priority is syslog(3)'s: LOG_NOTICE, …  Keeps errno, so "%m" is the error that led here. */
__attribute__((format(printf, 2, 3))) void keeper_log(int priority, const char *format, ...);

/* The text of an error, then -1 with errno as @code: what a function that fails returns. */
__attribute__((format(printf, 2, 3))) int keeper_fail(int code, const char *format, ...);

#define KEEPER_SECOND UINT64_C(1000000000)

/* Nanoseconds since the machine's boot, in suspend too. */
static inline uint64_t
keeper_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail for this clock */
    return (uint64_t)now.tv_sec * KEEPER_SECOND + (uint64_t)now.tv_nsec;
}
