/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the requests of one connection lie from when the kernel hands them out until they are
 * answered: in the table that outlives this process (fs/keeper/table.h), or in one of its own. */

#pragma once

#include "fs/keeper/table.h"

#include <glib.h>

#define SLOTS_PLACES TABLE_PLACES
#define SLOTS_WAITING TABLE_WAITING

/* Of one connection of a table. */
typedef struct {
    const Table *table;          /* borrowed; NULL: nobody goes on with what is left here */
    unsigned connection;         /* its number in the table */
    void (*poke)(gpointer data); /* the keeper is to be told that there is something to watch */
    gpointer data;
} SlotsConfig;

typedef struct Slots Slots; /* thread-safe but for slots_put() */

/* NULL with errno if memory cannot be had. */
Slots *slots_new(const SlotsConfig *config);
void slots_free(Slots *slots);

/* What waits in the kernel is read into the buffer of @place, which is one thread's; the bytes it
 * has, -1 and errno otherwise (read(2)). */
ssize_t slots_read(Slots *slots, unsigned place, int fuse_fd);
uint8_t *slots_buffer(const Slots *slots, unsigned place);
/* There is nothing to answer in it. */
void slots_drop(Slots *slots, unsigned place);

/* Moves the request of @len bytes in the buffer of @place to where it can wait, and returns which
 * that is, from 1; 0 if there is no room or it is too long.  Under a lock of the caller's. */
unsigned slots_put(Slots *slots, unsigned place, size_t len);
uint8_t *slots_waiting(const Slots *slots, unsigned which, size_t *ret_len);

/* @place answers what is in its buffer (@which is 0) or what waited; and has done so. */
void slots_begin(Slots *slots, unsigned place, unsigned which);
void slots_end(Slots *slots, unsigned place, unsigned which);

/* @place has not answered what it began to, and will not: it waits for another process.  False if
 * there is no room for that.  Under the lock of slots_put(). */
bool slots_leave(Slots *slots, unsigned place, unsigned which);
/* Before any is read: what recover_open() has left open stays.  What there is no room for is
 * refused. */
void slots_take_up(Slots *slots, int fuse_fd);

TableNegotiated *slots_negotiated(const Slots *slots);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Slots, slots_free)
