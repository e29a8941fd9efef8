/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the hook of the host's side leaves for that of the container's: that the container called
 * @id is registered, and not another of the same name.  From in there the daemon cannot be asked.
 */

#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Leaves word in @run_dir that the container of @pid is registered as @id; it is known by its mount
 * namespace.  False if it cannot be left: then nobody will find one. */
bool hook_note_leave(const char *run_dir, const char *id, pid_t pid);

/* Takes away whatever was left for @id. */
void hook_note_drop(const char *run_dir, const char *id);

/* True if word was left for @id and means the caller's mount namespace; takes it away. */
bool hook_note_take(const char *run_dir, const char *id);
