/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a contender is: files to read, and perhaps a process that serves them. */

#pragma once

#include <stdint.h>
#include <sys/types.h>

typedef struct {
    const char *name;
    const char *directory;
    pid_t server; /* 0: the kernel, or one that is not to be seen */
} Contender;

/* "NAME=DIRECTORY" or "NAME=DIRECTORY:PID"; @argument is cut up and must live as long.  Exits if it
 * is neither. */
Contender contender_parse(char *argument);

/* CPU time of all its threads, also of those that have ended, in nanoseconds; 0 if there is none.
 */
uint64_t contender_cpu(const Contender *contender);

/* Resident memory in KiB; 0 if there is no server. */
uint64_t contender_rss(const Contender *contender);
