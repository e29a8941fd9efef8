/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/cgroup_io.h"

#include "common/error.h"
#include "fs/source/cgroup_level.h"

#include <stddef.h>

/* What a counter is called, and where it goes. */
typedef struct {
    const char *name;
    size_t offset;
} Counter;

/* linux:Documentation/admin-guide/cgroup-v2.rst, "io.stat" */
static const Counter v2_counters[] = {
    {"rbytes", offsetof(CgroupDisk, read_bytes)},    {"wbytes", offsetof(CgroupDisk, write_bytes)},
    {"rios", offsetof(CgroupDisk, reads)},           {"wios", offsetof(CgroupDisk, writes)},
    {"dbytes", offsetof(CgroupDisk, discard_bytes)}, {"dios", offsetof(CgroupDisk, discards)},
};

/* linux:Documentation/admin-guide/cgroup-v1/blkio-controller.rst */
static const Counter v1_bytes[] = {
    {"Read", offsetof(CgroupDisk, read_bytes)},
    {"Write", offsetof(CgroupDisk, write_bytes)},
    {"Discard", offsetof(CgroupDisk, discard_bytes)},
};
static const Counter v1_requests[] = {
    {"Read", offsetof(CgroupDisk, reads)},
    {"Write", offsetof(CgroupDisk, writes)},
    {"Discard", offsetof(CgroupDisk, discards)},
};

static const Counter *
find_counter(const Counter *counters, size_t n, Span name)
{
    for (size_t i = 0; i < n; i++)
        if (span_equals(name, counters[i].name))
            return &counters[i];
    return NULL;
}

static bool
store(const Counter *counter, Span number, CgroupDisk *disk, GError **error)
{
    uint64_t *counted = (uint64_t *)((char *)disk + counter->offset), value;

    if (!span_number(number, &value, error)) {
        g_prefix_error(error, "%u:%u %s: ", disk->major, disk->minor, counter->name);
        return false;
    }
    *counted = MAX(*counted, value);
    return true;
}

/* "8:16".  Anything else is no device: "Total" of v1. */
static bool
device_parse(Span word, CgroupDisk *ret)
{
    Span major, minor;
    uint64_t numbers[2];

    if (!span_next_field(&word, ':', &major) || !span_next_field(&word, ':', &minor) || word.text ||
        !span_number(major, &numbers[0], NULL) || !span_number(minor, &numbers[1], NULL) ||
        numbers[0] > UINT32_MAX || numbers[1] > UINT32_MAX)
        return false;
    *ret = (CgroupDisk){.major = (uint32_t)numbers[0], .minor = (uint32_t)numbers[1]};
    return true;
}

/* The device @word names, added if it is new; NULL if it names none.  Borrowed until the next
 * call. Lines of one device follow one another: the search begins at the end. */
static CgroupDisk *
find_disk(GArray *disks, Span word)
{
    CgroupDisk wanted;

    if (!device_parse(word, &wanted))
        return NULL;
    for (guint i = disks->len; i > 0; i--) {
        CgroupDisk *disk = &g_array_index(disks, CgroupDisk, i - 1);

        if (disk->major == wanted.major && disk->minor == wanted.minor)
            return disk;
    }
    g_array_append_val(disks, wanted);
    return &g_array_index(disks, CgroupDisk, disks->len - 1);
}

/* "8:0 rbytes=1 wios=2 cost.usage=3 …".  Some kernels have put the line of a device without counts
 * before the next without a newline: the last device named counts. */
static bool
v2_line_parse(Span line, GArray *disks, GError **error)
{
    CgroupDisk *disk = NULL, *named;
    const Counter *counter;
    Span word, name;

    while (span_next_word(&line, &word)) {
        if ((named = find_disk(disks, word)) != NULL)
            disk = named;
        if (!disk || !span_next_field(&word, '=', &name) || !word.text)
            continue;
        counter = find_counter(v2_counters, G_N_ELEMENTS(v2_counters), name);
        if (counter && !store(counter, word, disk, error))
            return false;
    }
    return true;
}

bool
cgroup_v2_io_stat_parse(const HostText *text, GArray *disks, GError **error)
{
    LineIter lines = lines_of(text->text, text->len);
    Span line;

    while (lines_next(&lines, &line))
        if (!v2_line_parse(line, disks, error)) {
            g_prefix_error(error, "io.stat: ");
            return false;
        }
    return true;
}

/* "8:0 Read 4096" */
static bool
v1_parse(const HostText *text, const Counter counters[static 3], GArray *disks, GError **error)
{
    LineIter lines = lines_of(text->text, text->len);
    Span line, device, name, number;

    while (lines_next(&lines, &line)) {
        const Counter *counter;
        CgroupDisk *disk;

        if (!span_next_word(&line, &device) || !span_next_word(&line, &name) ||
            !span_next_word(&line, &number) || !(disk = find_disk(disks, device)))
            continue;
        counter = find_counter(counters, 3, name);
        if (counter && !store(counter, number, disk, error)) {
            g_prefix_error(error, "blkio: ");
            return false;
        }
    }
    return true;
}

bool
cgroup_v1_io_bytes_parse(const HostText *text, GArray *disks, GError **error)
{
    return v1_parse(text, v1_bytes, disks, error);
}

bool
cgroup_v1_io_requests_parse(const HostText *text, GArray *disks, GError **error)
{
    return v1_parse(text, v1_requests, disks, error);
}

typedef bool (*Parse)(const HostText *text, GArray *disks, GError **error);

/* bfq counts what a disk under that scheduler has served, blk-throttle what was handed to any. */
static const struct {
    const char *file;
    Parse parse;
} v1_files[] = {
    {"blkio.throttle.io_service_bytes_recursive", cgroup_v1_io_bytes_parse},
    {"blkio.throttle.io_serviced_recursive", cgroup_v1_io_requests_parse},
    {"blkio.bfq.io_service_bytes_recursive", cgroup_v1_io_bytes_parse},
    {"blkio.bfq.io_serviced_recursive", cgroup_v1_io_requests_parse},
};

static bool
v1_read(const CgroupLevel *level, GArray *disks, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(v1_files); i++) {
        g_auto(HostText) text = {0};

        if (!cgroup_file_read(level, v1_files[i].file, &text, error) ||
            (text.text && !v1_files[i].parse(&text, disks, error)))
            return false;
    }
    return true;
}

static bool
v2_read(CgroupLevel *level, GArray *disks, GError **error)
{
    g_auto(HostText) text = {0};

    return cgroup_level_find(level, "io.stat", &text, error) &&
           (!text.text || cgroup_v2_io_stat_parse(&text, disks, error));
}

static bool
read_io(const Cgroups *cgroups, CgroupIo *ret, GError **error)
{
    g_autoptr(GArray) disks = g_array_new(FALSE, FALSE, sizeof(CgroupDisk));
    g_auto(CgroupLevel) level = {0};

    if (!cgroup_level_of(cgroups, CGROUP_IO, &level, error))
        return false;
    if (level.dir &&
        !(level.version == 1 ? v1_read(&level, disks, error) : v2_read(&level, disks, error)))
        return false;
    ret->id = level.dir ? cgroup_directory_id(level.dir) : 0;
    ret->n = disks->len;
    ret->disks = (CgroupDisk *)(void *)g_array_free(g_steal_pointer(&disks), FALSE);
    return true;
}

bool
cgroup_read_io(const Cgroups *cgroups, CgroupIo *ret, GError **error)
{
    return read_io(cgroups, ret, error) || cgroup_failed(cgroups, CGROUP_IO, error);
}

void
cgroup_io_clear(CgroupIo *io)
{
    g_clear_pointer(&io->disks, g_free);
    io->n = 0;
}
