/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of a registered container for the next life of the daemon (fs/survive/shelf.h).
 * [pure] */

#pragma once

#include "fs/registry.h"
#include "fs/survive/record.h"

/* Its container, if that was found. */
typedef struct {
    uint64_t number; /* 0: it was pending */
    uint64_t id;
} RegisteredContainer;

void registered_record_write(const Registered *registered, RecordWriter *writer);
/* The one of @number, still pending, and what its container was; the caller unrefs.  NULL if the
 * record is none. */
Registered *registered_record_read(uint64_t number, const void *data, size_t len,
                                   RegisteredContainer *ret);
