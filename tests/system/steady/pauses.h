/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long readers waited: at all, and at each kill of a worker.
 *
 * The pause at a kill is the longest wait of any reader that was under way when it was struck, or
 * began in the 10 ms after it. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/* @path is of a file that a killer fills (kills.h); NULL: nobody is killed.  False and errno. */
bool pauses_open(const char *path);
/* Somebody waited from @from to @to, which are steady_now().  Any thread. */
void pauses_note(uint64_t from, uint64_t to);
/* "kills N pause_p50_usec N pause_p99_usec N pause_max_usec N longest_usec N", of the kills at
 * which somebody waited; the last is of all waits. */
void pauses_print(void);
