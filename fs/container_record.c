/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/container_record.h"

#define VERSION 1

void
container_record_write(const Container *container, RecordWriter *writer)
{
    record_begin(writer, VERSION);
    record_write(writer, container->id);
    record_write(writer, __atomic_load_n(&container->reads, __ATOMIC_RELAXED));
    record_write(writer, __atomic_load_n(&container->snapshots, __ATOMIC_RELAXED));
    record_write(writer, CONTAINER_FILES);
    for (unsigned i = 0; i < CONTAINER_FILES; i++)
        record_write(writer, __atomic_load_n(&container->longest[i], __ATOMIC_RELAXED));
    record_write_paths(writer, &container->paths);
}

Container *
container_record_read(uint64_t number, const void *data, size_t len)
{
    RecordReader reader = record_read(data, len, VERSION);
    g_autoptr(Container) container = container_new(number);

    container->id = container->known.id = record_take(&reader);
    container->reads = record_take(&reader);
    container->snapshots = record_take(&reader);
    if (record_take(&reader) != CONTAINER_FILES)
        return NULL;
    for (unsigned i = 0; i < CONTAINER_FILES; i++)
        container->longest[i] = (uint32_t)record_take_max(&reader, UINT32_MAX);
    record_take_paths(&reader, &container->paths);
    if (!record_is_whole(&reader) || number == 0 || number > CONTAINER_NUMBER_MAX)
        return NULL;
    return g_steal_pointer(&container);
}
