/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory that several lives of a program share. */

#pragma once

#include "fs/survive/shelf.h"

typedef struct {
    int fd;
    Shelf *shelf; /* of this life */
} Lives;

Lives *lives_new(void);
/* Another process has taken over: it finds what is in the memory and nothing else.  The shelf
 * before is no more. */
void lives_next(Lives *lives);
void lives_free(Lives *lives);

/* How many records there are. */
unsigned lives_count(const Lives *lives, ShelfKind kind);
/* Something that is no record of any kind. */
void lives_put_nonsense(const Lives *lives, ShelfKind kind, uint64_t key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lives, lives_free)
