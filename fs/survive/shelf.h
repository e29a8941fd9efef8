/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What must not be lost when this process dies at any instruction: records in shared memory, which
 * somebody else holds and gives to the next one.  A record is there whole or not at all, in its
 * newest version or the one before: a new version is written beside the old one and becomes valid
 * by one store.  Nothing that is found in the memory is believed: what does not fit together is
 * free space (whoever died may have written anywhere).
 *
 * Bounded by the size of the memory; a record that does not fit any more is not kept, which the
 * caller may count but must be able to live with.  Thread-safe under a lock of its own, which is
 * this process's and not in the memory. */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Shelf Shelf;

/* Whose a record is.  The numbers are part of the layout: never change one. */
typedef enum {
    SHELF_CONTAINER = 1, /* fs/containers */
    SHELF_CPU_TIME = 2,  /* fs/history */
    SHELF_COUNTERS = 3,  /* fs/counters */
    SHELF_LOAD = 4,      /* fs/loads */
    SHELF_NAME = 5,      /* fs/registry */
    SHELF_TEXT = 6,      /* fs/request/open_texts */
    SHELF_PAGE = 7,      /* fs/request/pages */
    SHELF_SIZE = 8,      /* fs/request/sizes */
    SHELF_BIRTH = 9,     /* fs/reader/born */
    SHELF_FACT = 10,     /* fs/survive/facts.h */
    SHELF_LOOK = 11,     /* fs/request/settled */
    SHELF_BOUND = 12,    /* fs/daemon: who --container-pid was */
    SHELF_GOOD = 13,     /* fs/texts */
    SHELF_KINDS,
} ShelfKind;

typedef struct {
    ShelfKind kind;
    uint64_t key; /* unique in its kind */
} ShelfKey;

#define SHELF_RECORD_MAX (1u << 20) /* bytes of data in one record */

/* Maps the memory @fd (memfd_create(2), sealed against shrinking), whose size it takes, and finds
 * the records that are valid there.  @fd is borrowed.  NULL and READ_ERROR_IO if it cannot be
 * mapped or is too small. */
Shelf *shelf_open(int fd, GError **error);
void shelf_close(Shelf *shelf);

/* Keeps a copy of @len bytes in place of the older version.  False if there is no room; the older
 * version is gone then.  A @shelf that is NULL keeps nothing, here and below. */
bool shelf_put(Shelf *shelf, ShelfKey key, const void *data, size_t len);
void shelf_drop(Shelf *shelf, ShelfKey key);

/* A record as it was found.  @data is aligned to 8 and valid during the call.  False: it is worth
 * nothing and dropped. */
typedef bool (*ShelfVisit)(uint64_t key, const void *data, size_t len, void *user);

/* Visits all of @kind, in no order.  @visit must not call the shelf. */
void shelf_foreach(Shelf *shelf, ShelfKind kind, ShelfVisit visit, void *user);

/* How many records there are, how many bytes they take, and how many did not fit. */
typedef struct {
    unsigned records;
    size_t bytes;
    uint64_t refused;
} ShelfUse;

void shelf_use(Shelf *shelf, ShelfUse *ret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Shelf, shelf_close)
