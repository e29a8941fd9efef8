/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/load_record.h"

#define VERSION 1
#define LEVELS_MAX 64 /* pid namespaces nest no deeper than half of that */
/* linux:include/linux/threads.h, PID_MAX_LIMIT; an average is in 1/2048. */
#define THREADS_MAX UINT64_C(4194304)
#define AVERAGE_MAX (THREADS_MAX << 11)

static void
write_sample(const TaskSample *sample, RecordWriter *writer)
{
    const uint64_t words[] = {sample->known,    sample->id,           sample->usage_usec,
                              sample->running,  sample->blocked,      sample->threads,
                              sample->last_pid, sample->newest_start, sample->level};

    record_write_many(writer, words, G_N_ELEMENTS(words));
}

static void
read_sample(RecordReader *reader, TaskSample *ret)
{
    ret->known = record_take_max(reader, 1) != 0;
    ret->id = record_take(reader);
    ret->usage_usec = record_take(reader);
    ret->running = record_take_max(reader, THREADS_MAX);
    ret->blocked = record_take_max(reader, THREADS_MAX);
    ret->threads = record_take_max(reader, THREADS_MAX);
    ret->last_pid = record_take_max(reader, THREADS_MAX);
    ret->newest_start = record_take(reader);
    ret->level = (unsigned)record_take_max(reader, LEVELS_MAX);
}

void
load_record_write(const Load *load, RecordWriter *writer)
{
    record_begin(writer, VERSION);
    write_sample(&load->sample, writer);
    record_write(writer, load->averaged);
    record_write_many(writer, load->view.averages, LOAD_VIEW_AVERAGES);
    record_write(writer, load->due);
    record_write_paths(writer, &load->container);
}

Load *
load_record_read(uint64_t id, const void *data, size_t len)
{
    RecordReader reader = record_read(data, len, VERSION);
    g_autoptr(Load) load = load_new(id);

    read_sample(&reader, &load->sample);
    load->averaged = record_take_max(&reader, 1) != 0;
    for (unsigned i = 0; i < LOAD_VIEW_AVERAGES; i++)
        load->view.averages[i] = record_take_max(&reader, AVERAGE_MAX);
    load->due = record_take(&reader);
    record_take_paths(&reader, &load->container);
    load->view.running = load->sample.running;
    load->view.blocked = load->sample.blocked;
    return record_is_whole(&reader) ? g_steal_pointer(&load) : NULL;
}
