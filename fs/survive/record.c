/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/survive/record.h"

#include <string.h>

#define WORD sizeof(uint64_t)
#define PATH_LEN_MAX 4096u /* bytes; what the kernel takes at once */
#define SAME UINT64_MAX    /* instead of a length: the path before */
#define CPUSET_WORDS (CPUSET_MAX / 64)

/* Where there is room for @n words more. */
static uint64_t *
extend(RecordWriter *writer, size_t n)
{
    uint64_t *end;

    if (!writer->more && writer->n + n > RECORD_WORDS) {
        writer->room = MAX(4 * (size_t)RECORD_WORDS, writer->n + n);
        writer->more = g_new(uint64_t, writer->room);
        memcpy(writer->more, writer->first, writer->n * WORD);
    } else if (writer->more && writer->n + n > writer->room) {
        writer->room = 2 * (writer->n + n);
        writer->more = g_renew(uint64_t, writer->more, writer->room);
    }
    end = (writer->more ? writer->more : writer->first) + writer->n;
    writer->n += n;
    return end;
}

void
record_begin(RecordWriter *writer, uint64_t version)
{
    writer->more = NULL;
    writer->n = writer->room = 0;
    record_write(writer, version);
}

void
record_write(RecordWriter *writer, uint64_t word)
{
    *extend(writer, 1) = word;
}

void
record_write_many(RecordWriter *writer, const uint64_t *words, size_t n)
{
    if (n > 0)
        memcpy(extend(writer, n), words, n * WORD);
}

void
record_write_bytes(RecordWriter *writer, const void *bytes, size_t len)
{
    size_t n = (len + WORD - 1) / WORD;
    uint64_t *to;

    record_write(writer, len);
    if (n == 0)
        return;
    to = extend(writer, n);
    to[n - 1] = 0;
    memcpy(to, bytes, len);
}

/* No path is the empty one.  Most are the same in all hierarchies, which is said in one word. */
static void
write_path(RecordWriter *writer, const char *path, const char **before)
{
    if (path && *before && strcmp(path, *before) == 0) {
        record_write(writer, SAME);
        return;
    }
    record_write_bytes(writer, path, path ? strlen(path) : 0);
    if (path)
        *before = path;
}

void
record_write_paths(RecordWriter *writer, const CgroupPaths *paths)
{
    const char *before = NULL;

    record_write(writer, CGROUP_N_CONTROLLERS);
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        write_path(writer, paths->v1[i], &before);
    write_path(writer, paths->unified, &before);
}

/* How many words, and these: those behind the last member are left out. */
void
record_write_cpus(RecordWriter *writer, const CpuSet *set)
{
    size_t n = CPUSET_WORDS;

    while (n > 0 && set->bits[n - 1] == 0)
        n--;
    record_write(writer, n);
    record_write_many(writer, set->bits, n);
}

const void *
record_bytes(const RecordWriter *writer, size_t *ret_len)
{
    *ret_len = writer->n * WORD;
    return writer->more ? writer->more : writer->first;
}

void
record_keep(const RecordWriter *writer, Shelf *shelf, ShelfKey key)
{
    size_t len;
    const void *bytes = record_bytes(writer, &len);

    (void)shelf_put(shelf, key, bytes, len); /* what has no room is not kept */
}

void
record_writer_clear(RecordWriter *writer)
{
    g_clear_pointer(&writer->more, g_free);
    writer->n = writer->room = 0;
}

RecordReader
record_read(const void *data, size_t len, uint64_t version)
{
    RecordReader reader = {data, len / WORD, len % WORD == 0};

    if (record_take(&reader) != version)
        reader.ok = false;
    return reader;
}

/* The next @n words, or NULL. */
static const uint64_t *
advance(RecordReader *reader, size_t n)
{
    const uint64_t *words = reader->words;

    if (!reader->ok || n > reader->left) {
        reader->ok = false;
        return NULL;
    }
    reader->words += n;
    reader->left -= n;
    return words;
}

uint64_t
record_take(RecordReader *reader)
{
    const uint64_t *word = advance(reader, 1);

    return word ? *word : 0;
}

uint64_t
record_take_max(RecordReader *reader, uint64_t max)
{
    uint64_t word = record_take(reader);

    if (word <= max)
        return word;
    reader->ok = false;
    return 0;
}

void
record_take_many(RecordReader *reader, uint64_t *ret, size_t n)
{
    const uint64_t *words = advance(reader, n);

    if (n == 0)
        return;
    if (words)
        memcpy(ret, words, n * WORD);
    else
        memset(ret, 0, n * WORD);
}

const void *
record_take_bytes(RecordReader *reader, size_t max, size_t *ret_len)
{
    *ret_len = record_take_max(reader, max);
    return advance(reader, (*ret_len + WORD - 1) / WORD);
}

char *
record_take_text(RecordReader *reader, size_t max)
{
    size_t len;
    const char *bytes = record_take_bytes(reader, max, &len);

    if (bytes && !memchr(bytes, '\0', len))
        return g_strndup(bytes, len);
    reader->ok = false;
    return NULL;
}

/* The kernel says "/../x" of a process that is outside of the reader's namespace; what is kept here
 * is looked up, and must not lead out of the mount. */
static bool
leads_up(const char *path)
{
    const char *up = path;

    while ((up = strstr(up, "/..")) != NULL) {
        if (up[3] == '/' || up[3] == '\0')
            return true;
        up += 3;
    }
    return false;
}

/* NULL if there is none, or if it is not all right. */
static char *
take_new_path(RecordReader *reader)
{
    g_autofree char *path = record_take_text(reader, PATH_LEN_MAX);

    if (!path || path[0] == '\0')
        return NULL;
    if (path[0] == '/' && !leads_up(path))
        return g_steal_pointer(&path);
    reader->ok = false;
    return NULL;
}

static char *
take_path(RecordReader *reader, const char **before)
{
    char *path;

    if (*before && reader->ok && reader->left > 0 && *reader->words == SAME) {
        (void)record_take(reader);
        return g_strdup(*before);
    }
    path = take_new_path(reader);
    if (path)
        *before = path;
    return path;
}

void
record_take_paths(RecordReader *reader, CgroupPaths *ret)
{
    const char *before = NULL;

    if (record_take(reader) != CGROUP_N_CONTROLLERS)
        reader->ok = false;
    for (unsigned i = 0; i < CGROUP_N_CONTROLLERS; i++)
        ret->v1[i] = take_path(reader, &before);
    ret->unified = take_path(reader, &before);
}

void
record_take_cpus(RecordReader *reader, CpuSet *ret)
{
    size_t n = record_take_max(reader, CPUSET_WORDS);

    memset(ret, 0, sizeof *ret);
    record_take_many(reader, ret->bits, n);
}

bool
record_is_whole(const RecordReader *reader)
{
    return reader->ok;
}
