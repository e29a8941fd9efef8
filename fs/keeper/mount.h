/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a keeper gets its mounts: a process that lives only for that makes them, by whatever means,
 * and hands them over.  So nothing of those means is ever in the keeper. */

#pragma once

#include "fs/keeper/holdings.h"

/* Runs in that process; hands over with the functions below.  0, else the exit code. */
typedef int (*MountSetUp)(int sink, void *data);

/* Runs @set_up in a process of its own and adds to @ret what it hands over, then makes the memory:
 * holdings_make_memory().  -1 and errno otherwise; it has said why. */
int mount_gather(MountSetUp set_up, void *data, size_t shelf_size, Holdings *ret);

/* From within @set_up: the fd of @connection stays the caller's, until it ends.  -1 and errno. */
int mount_hand_over(int sink, const HoldingsConnection *connection);
int mount_hand_over_extra(int sink, const char *name, int fd);

/* Reads the request with which the kernel begins each connection, and keeps it in the table, from
 * where the first worker answers it.  Waits a second at most.  -1 and errno. */
int mount_take_init(const Holdings *holdings);
