/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/cpu_record.h"

#include <string.h>

#define VERSION 1

#define USAGE_WORDS 3u
G_STATIC_ASSERT(sizeof(CpuUsage) == USAGE_WORDS * sizeof(uint64_t));

/* Those that a view has. */
static void
write_times(const CpuTimes *times, RecordWriter *writer)
{
    const uint64_t words[] = {times->user, times->nice, times->system, times->idle, times->steal};

    record_write_many(writer, words, G_N_ELEMENTS(words));
}

static void
read_times(RecordReader *reader, CpuTimes *ret)
{
    ret->user = record_take(reader);
    ret->nice = record_take(reader);
    ret->system = record_take(reader);
    ret->idle = record_take(reader);
    ret->steal = record_take(reader);
}

/* The first words are what is not needed any more. */
static void
write_last(const CpuLast *last, RecordWriter *writer)
{
    const uint64_t words[] = {
        0, 0, 0, 0, last->user, last->nice, last->system, last->throttled, last->n_per_cpu};
    CpuSet its = {0};

    for (unsigned cpu = 0; cpu < last->n_per_cpu; cpu++)
        if (last->per_cpu[cpu].is_its)
            cpuset_add(&its, cpu);
    record_write_many(writer, words, G_N_ELEMENTS(words));
    record_write_cpus(writer, &its);
    for (unsigned cpu = 0; cpu < last->n_per_cpu; cpu++)
        record_write_many(writer, (const uint64_t *)&last->per_cpu[cpu].usage, USAGE_WORDS);
}

void
cpu_record_write(const CpuView *view, RecordWriter *writer)
{
    record_begin(writer, VERSION);
    record_write(writer, view->n_online);
    record_write(writer, view->n_seen);
    record_write(writer, view->elapsed);
    write_times(&view->total, writer);
    for (unsigned i = 0; i < view->n_seen; i++) {
        write_times(&view->cpus[i], writer);
        record_write(writer, view->capacity[i]);
    }
    write_last(&view->last, writer);
}

static void
read_last(RecordReader *reader, CpuLast *ret)
{
    uint64_t unused[4];
    CpuSet its;

    record_take_many(reader, unused, G_N_ELEMENTS(unused));
    ret->user = record_take(reader);
    ret->nice = record_take(reader);
    ret->system = record_take(reader);
    ret->throttled = record_take(reader);
    ret->n_per_cpu = (unsigned)record_take_max(reader, CPUSET_MAX);
    record_take_cpus(reader, &its);
    ret->per_cpu = g_new0(CpuUsed, ret->n_per_cpu);
    for (unsigned cpu = 0; cpu < ret->n_per_cpu; cpu++) {
        ret->per_cpu[cpu].is_its = cpuset_has(&its, cpu);
        ret->n_its += ret->per_cpu[cpu].is_its;
        record_take_many(reader, (uint64_t *)&ret->per_cpu[cpu].usage, USAGE_WORDS);
    }
}

bool
cpu_record_read(const void *data, size_t len, CpuView *ret)
{
    RecordReader reader = record_read(data, len, VERSION);

    memset(ret, 0, sizeof *ret);
    ret->n_online = (unsigned)record_take_max(&reader, CPUSET_MAX);
    ret->n_seen = (unsigned)record_take_max(&reader, CPUSET_MAX);
    ret->elapsed = record_take(&reader);
    read_times(&reader, &ret->total);
    ret->cpus = g_new0(CpuTimes, ret->n_seen);
    ret->capacity = g_new0(uint64_t, ret->n_seen);
    for (unsigned i = 0; i < ret->n_seen; i++) {
        read_times(&reader, &ret->cpus[i]);
        ret->capacity[i] = record_take(&reader);
    }
    read_last(&reader, &ret->last);
    return record_is_whole(&reader) && ret->n_online > 0 && ret->n_online <= ret->n_seen;
}
