/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What else is asked of a reader, when it is needed. */

#include "fs/reader/reader.h"

#include "common/fd.h"
#include "common/io.h"
#include "fs/reader/process.h"
#include "fs/reader/readers.h"

#include <sys/personality.h>

bool
reader_boottime_offset(Readers *readers, const Reader *reader, int64_t *ret_usec, GError **error)
{
    g_autofree char *text = NULL;
    uint64_t number;
    int64_t offset;
    size_t len;

    number = reader->pid_dir < 0 ? 0 : process_namespace(reader->pid_dir, "ns/time");
    if (number == 0 || number == readers->time_ns) { /* 0: a kernel that has none, or forbids it */
        *ret_usec = 0;
        return true;
    }
    text = io_read_at(reader->pid_dir, "timens_offsets", &len, error);
    if (!text || !process_boottime_offset_parse(text, len, &offset, error))
        return false;
    *ret_usec = offset - readers->boottime_offset;
    return true;
}

void
reader_number(const Reader *reader, unsigned *ret_level, uint64_t *ret_number)
{
    *ret_level = 0;
    *ret_number = 0;
    if (reader->process)
        known_number(reader->process, ret_level, ret_number);
}

bool
reader_is_host_root(const Readers *readers, pid_t tid, uid_t uid)
{
    autofd dir = -1;

    if (uid != 0 || tid <= 0)
        return false;
    dir = process_open(readers->config.root_fd, tid, NULL);
    return dir >= 0 && process_namespace(dir, "ns/pid") == readers->pid_ns &&
           process_namespace(dir, "ns/user") == readers->user_ns;
}

/* Eight hexadecimal digits. */
bool
reader_is_linux32(const Reader *reader)
{
    g_autofree char *text = NULL;
    unsigned personality = 0;

    if (reader->pid_dir >= 0)
        text = io_read_at(reader->pid_dir, "personality", NULL, NULL);
    for (const char *digit = text; digit && g_ascii_isxdigit(*digit); digit++)
        personality = personality << 4 | (unsigned)g_ascii_xdigit_value(*digit);
    return (personality & PER_MASK) == PER_LINUX32;
}
