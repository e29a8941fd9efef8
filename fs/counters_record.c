/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/counters_record.h"

#define VERSION 1
#define COUNTERS_MAX 64 /* more than any kind has */

void
counters_record_write(const CountersRecord *record, const CounterView *views, RecordWriter *writer)
{
    record_begin(writer, VERSION);
    record_write(writer, record->key.id);
    record_write(writer, record->key.device);
    record_write(writer, record->key.kind);
    record_write(writer, record->now);
    record_write(writer, record->n);
    for (unsigned i = 0; i < record->n; i++) {
        record_write(writer, views[i].shown);
        record_write(writer, views[i].last);
    }
}

CounterView *
counters_record_read(const void *data, size_t len, CountersRecord *ret)
{
    RecordReader reader = record_read(data, len, VERSION);
    g_autofree CounterView *views = NULL;

    ret->key.id = record_take(&reader);
    ret->key.device = record_take(&reader);
    ret->key.kind = record_take_max(&reader, COUNTERS_DISKS_TOTAL);
    ret->now = record_take(&reader);
    ret->n = (unsigned)record_take_max(&reader, COUNTERS_MAX);
    views = g_new0(CounterView, ret->n);
    for (unsigned i = 0; i < ret->n; i++) {
        views[i].shown = record_take(&reader);
        views[i].last = record_take(&reader);
    }
    return record_is_whole(&reader) ? g_steal_pointer(&views) : NULL;
}
