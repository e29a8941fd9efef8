/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of a container's load averages for the next life of the daemon
 * (fs/survive/shelf.h).  [pure] */

#pragma once

#include "fs/loads_private.h"
#include "fs/survive/record.h"

void load_record_write(const Load *load, RecordWriter *writer);
/* The caller unrefs; NULL if the record is none. */
Load *load_record_read(uint64_t id, const void *data, size_t len);
