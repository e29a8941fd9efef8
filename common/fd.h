/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* File descriptors that close themselves. */

#pragma once

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

/* Closes *@fd unless it is negative, keeps errno, and sets it to -1. */
static inline void
fd_clear(int *fd)
{
    if (*fd >= 0) {
        int errsv = errno;

        (void)close(*fd); /* nothing was written through it that close could still lose */
        errno = errsv;
    }
    *fd = -1;
}

/* Hands over ownership: returns *@fd and leaves -1. */
static inline int
fd_steal(int *fd)
{
    int stolen = *fd;

    *fd = -1;
    return stolen;
}

/* @percent of @limit, at least 1 and at most @max.  [pure] */
unsigned fd_percent(uint64_t limit, unsigned percent, unsigned max);
/* The same of how many files this process may have open. */
unsigned fd_percent_of_limit(unsigned percent, unsigned max);

#define autofd __attribute__((cleanup(fd_clear))) int
