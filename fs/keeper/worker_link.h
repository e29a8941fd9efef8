/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A worker's side of its socket to the keeper.
 *
 *     worker_link_open()        what it needs, and the table
 *     …                         everything that can be done before serving
 *     worker_link_ready()       waits for its turn, perhaps for days
 *     for each connection: its FUSE_INIT (TableConnection.init) is answered, which the kernel
 *         refuses with ENOENT if a worker before has done so; recover_open()
 *     worker_link_serving()     then requests are taken
 *     worker_link_wait()        in the thread that started the others
 *     … the others end …        each after what it is answering
 *     worker_link_drained()
 *
 * Whatever of them fails: the worker ends, at once.  It outlives nothing. */

#pragma once

#include "fs/keeper/holdings.h"

typedef struct {
    int sock;
    uint32_t version; /* of the protocol */
    bool is_safe;     /* once it is this worker's turn: it makes nothing anew */
    Holdings holdings;
    Table table;
} WorkerLink;

/* True if this process was started by a keeper. */
bool worker_link_exists(void);

/* @program is name and version.  -1 and errno, and it has said why. */
int worker_link_open(WorkerLink *link, const char *program);

/* Returns when it is this worker's turn; it has the table's lock then.  -1 and errno: it is not to
 * serve (ECANCELED), or the keeper is gone. */
int worker_link_ready(WorkerLink *link);
int worker_link_serving(WorkerLink *link);

typedef enum {
    WORKER_LINK_GONE = -1, /* the keeper is: end at once, answer nothing more */
    WORKER_LINK_QUIET,     /* @msec are over */
    WORKER_LINK_DRAIN,     /* answer what is begun, take no more */
} WorkerLinkWord;

/* @msec: -1 for ever. */
WorkerLinkWord worker_link_wait(WorkerLink *link, int msec);

/* No thread takes requests any more.  Lets the lock go. */
int worker_link_drained(WorkerLink *link);

/* Thread-safe.  After table_begin() said so. */
void worker_link_poke(const WorkerLink *link);
/* Thread-safe.  read(2) of @connection says ENODEV. */
void worker_link_lost(const WorkerLink *link, unsigned connection);

void worker_link_close(WorkerLink *link);
