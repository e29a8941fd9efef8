/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/text_record.h"

#include "fs/containers.h"

#include <string.h>

#define VERSION 1
#define PATH_LEN_MAX 256u
#define TEXT_LEN_MAX (SHELF_RECORD_MAX - 1024u)

/* A file is known by its path, as another program may have others. */
void
text_record_write(const TextRecord *record, RecordWriter *writer)
{
    g_autofree char *path = proc_path(record->key.file->path, &record->key.numbers);
    size_t len;
    const void *bytes = g_bytes_get_data(record->text.bytes, &len);

    record_begin(writer, VERSION);
    record_write(writer, record->key.container);
    record_write(writer, (uint64_t)record->key.boottime_offset);
    record_write(writer, record->put);
    record_write(writer, record->text.serial);
    record_write(writer, record->text.longest);
    record_write_bytes(writer, path, strlen(path));
    record_write_bytes(writer, bytes, len);
}

static const ProcFile *
take_file(RecordReader *reader, ProcNumbers *ret)
{
    g_autofree char *path = record_take_text(reader, PATH_LEN_MAX);

    return path ? proc_file_match(path, ret) : NULL;
}

bool
text_record_read(const void *data, size_t len, TextRecord *ret)
{
    RecordReader reader = record_read(data, len, VERSION);
    TextRecord record = {.text.tick = 0};
    const void *bytes;
    size_t n;

    record.key.container = record_take_max(&reader, CONTAINER_NUMBER_MAX);
    record.key.boottime_offset = (int64_t)record_take(&reader);
    record.put = record_take(&reader);
    record.text.serial = record_take(&reader);
    record.text.longest = record_take_max(&reader, TEXT_LEN_MAX);
    record.key.file = take_file(&reader, &record.key.numbers);
    bytes = record_take_bytes(&reader, TEXT_LEN_MAX, &n);
    if (!record_is_whole(&reader) || !record.key.file || record.key.container == 0)
        return false;
    record.text.bytes = g_bytes_new(bytes, n);
    *ret = record;
    return true;
}
