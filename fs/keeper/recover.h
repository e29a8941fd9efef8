/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a worker that died has left unanswered. */

#pragma once

#include "fs/keeper/table.h"

#include <sys/types.h>

/* A request that died with so many workers is not tried again. */
#define RECOVER_DEATHS_MAX 2u

/* Answers one, which is @len bytes at @bytes and was not answered before; it must not touch the
 * table. */
typedef struct {
    /* False: it is not answered and stays where it is, for a worker that comes later. */
    bool (*serve)(void *bytes, size_t len, void *data);
    /* It died with RECOVER_DEATHS_MAX workers: recover_refuse() and a line in the log.  NULL: EIO.
     */
    void (*poisoned)(void *bytes, size_t len, void *data);
    /* table_begin() says that the keeper is to be told: worker_link_poke(). */
    void (*poke)(void *data);
    void *data;
} RecoverTo;

/* Answers what is open of @connection, whose /dev/fuse is @fuse_fd, and empties its slots.  Before
 * any thread reads from there.  Returns how many were answered. */
unsigned recover_open(const Table *table, unsigned connection, int fuse_fd, const RecoverTo *to);

/* True if the kernel still waits for an answer to @unique; also if that cannot be found out. */
bool recover_is_awaited(int fuse_fd, uint64_t unique);

/* An answer without anything but @error (EIO); false if the kernel does not want it. */
bool recover_refuse(int fuse_fd, uint64_t unique, int error);

/* The other way, which needs no table: the kernel (Linux >= 6.9) hands out again all that was
 * handed out and is not answered, with bit 63 set in `unique`.  Only while nobody serves, and not
 * by default: Linux before 6.9.4 can be brought to use freed memory by it (CVE-2024-38626).  -1 and
 * errno: EINVAL if the kernel does not know it. */
int recover_resend(int fuse_fd);
