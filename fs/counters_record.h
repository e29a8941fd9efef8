/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of the kernel's other counters for the next life of the daemon
 * (fs/survive/shelf.h).  [pure] */

#pragma once

#include "fs/counters.h"
#include "fs/survive/record.h"
#include "fs/view/counter_view.h"

typedef struct {
    CountersKey key;
    uint64_t now; /* of the last look */
    unsigned n;   /* how many counters */
} CountersRecord;

void counters_record_write(const CountersRecord *record, const CounterView *views,
                           RecordWriter *writer);
/* The counters, ret->n of them; the caller frees.  NULL if the record is none. */
CounterView *counters_record_read(const void *data, size_t len, CountersRecord *ret);
