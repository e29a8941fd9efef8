/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a keeper keeps: the file descriptors that must outlive every other process. */

#pragma once

#include "fs/keeper/table.h"

#define HOLDINGS_EXTRAS_MAX 4u
#define HOLDINGS_TARGET_MAX 256u
#define HOLDINGS_ID_MAX 24u
#define HOLDINGS_FDS_MAX (3u + TABLE_CONNECTIONS_MAX + HOLDINGS_EXTRAS_MAX)

/* A FUSE connection, and how it is mounted (both empty if that is not known).  The number of a
 * connection is the same in the table. */
typedef struct {
    int fd; /* /dev/fuse as mount(2) got it; -1: it has ended */
    char name[TABLE_NAME_MAX];
    char target[HOLDINGS_TARGET_MAX];
    char mount_id[HOLDINGS_ID_MAX];
} HoldingsConnection;

/* Anything else that workers get: a socket that they listen at. */
typedef struct {
    int fd;
    char name[TABLE_NAME_MAX];
} HoldingsExtra;

typedef struct {
    int table, shelf, listener; /* listener: the keeper's own socket; -1 if there is none */
    unsigned n_connections, n_extras;
    HoldingsConnection connections[TABLE_CONNECTIONS_MAX];
    HoldingsExtra extras[HOLDINGS_EXTRAS_MAX];
} Holdings;

#define HOLDINGS_INIT                                                                              \
    {                                                                                              \
        .table = -1, .shelf = -1, .listener = -1                                                   \
    }

/* Makes the table and a shelf of @shelf_size bytes for the connections that are there.  -1 and
 * errno otherwise. */
int holdings_make_memory(Holdings *holdings, size_t shelf_size);

/* Closes all. */
void holdings_clear(Holdings *holdings);

/* True if @name can be a name: 1 to 31 of [a-z0-9_-]. */
bool holdings_is_name(const char *name);

/* Takes over @fd; false, with @fd still the caller's, if there is no room or the name is bad or
 * taken. */
bool holdings_add_connection(Holdings *holdings, const HoldingsConnection *connection);
bool holdings_add_extra(Holdings *holdings, const char *name, int fd);
