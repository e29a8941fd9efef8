/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of a container's CPU times for the next life of the daemon (fs/survive/shelf.h).
 * [pure] */

#pragma once

#include "fs/survive/record.h"
#include "fs/view/cpu_view.h"

void cpu_record_write(const CpuView *view, RecordWriter *writer);
/* False if the record is none; the caller clears @ret either way. */
bool cpu_record_read(const void *data, size_t len, CpuView *ret);
