/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/registered_record.h"

#include <string.h>

#define VERSION 1

void
registered_record_write(const Registered *registered, RecordWriter *writer)
{
    const Container *container = registered->container;

    record_begin(writer, VERSION);
    record_write(writer, container ? container->number : 0);
    record_write(writer, container ? container->id : 0);
    record_write(writer, (uint64_t)registered->boottime_offset);
    record_write(writer, CONTAINER_FILES);
    for (unsigned i = 0; i < CONTAINER_FILES; i++)
        record_write(writer, __atomic_load_n(&registered->sizes[i], __ATOMIC_RELAXED));
    record_write_bytes(writer, registered->name, strlen(registered->name));
    record_write_paths(writer, &registered->paths);
}

Registered *
registered_record_read(uint64_t number, const void *data, size_t len, RegisteredContainer *ret)
{
    RecordReader reader = record_read(data, len, VERSION);
    g_autoptr(Registered) registered = registered_new(number);

    ret->number = record_take(&reader);
    ret->id = record_take(&reader);
    registered->boottime_offset = (int64_t)record_take(&reader);
    if (record_take(&reader) != CONTAINER_FILES)
        return NULL;
    for (unsigned i = 0; i < CONTAINER_FILES; i++)
        registered->sizes[i] = (uint32_t)record_take_max(&reader, UINT32_MAX);
    registered->name = record_take_text(&reader, REGISTRY_NAME_MAX);
    record_take_paths(&reader, &registered->paths);
    if (!record_is_whole(&reader) || number == 0 || number > CONTAINER_NUMBER_MAX ||
        !registry_name_is_valid(registered->name))
        return NULL;
    return g_steal_pointer(&registered);
}
