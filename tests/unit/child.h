/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Another process, which waits until it is ended, and ends with the test. */

#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* It has begun to wait.  What it does first is @prepare, unless that is NULL; -1 if that says no.
 */
pid_t child_start(bool (*prepare)(void));
void child_end(pid_t pid);
