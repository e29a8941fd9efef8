/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of a container for the next life of the daemon (fs/survive/shelf.h): all of it.
 * [pure] */

#pragma once

#include "fs/containers.h"
#include "fs/survive/record.h"

void container_record_write(const Container *container, RecordWriter *writer);
/* The container @number; the caller unrefs.  NULL if the record is none. */
Container *container_record_read(uint64_t number, const void *data, size_t len);
