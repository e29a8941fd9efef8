/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/reader/process.h"

#include "common/error.h"
#include "common/io.h"
#include "common/lines.h"
#include "common/number.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TICK_USEC 10000u  /* /proc/PID/stat counts in USER_HZ, 1/100 s */
#define FLAG_EXITING 0x4u /* PF_EXITING of linux:include/linux/sched.h */
#define STAT_FLAGS 9      /* fields of proc(5) */
#define STAT_STARTTIME 22
#define STAT_FIRST_AFTER_NAME 3

int
process_open(int root_fd, pid_t tid, GError **error)
{
    char path[32];

    (void)g_snprintf(path, sizeof path, "proc/%d", (int)tid);
    return io_open_at(root_fd, path, O_PATH | O_DIRECTORY, error);
}

bool
process_cgroup(int dir, CgroupPaths *ret, GError **error)
{
    size_t len;
    g_autofree char *text = io_read_records_at(dir, "cgroup", &len, error);

    return text && cgroup_paths_parse(text, len, ret, error);
}

/* "pid:[4026531836]" */
bool
process_namespace_parse(const char *link, size_t len, uint64_t *ret)
{
    Span rest = {link, len}, type;

    return span_next_field(&rest, ':', &type) && rest.text && rest.len > 2 && rest.text[0] == '[' &&
           rest.text[rest.len - 1] == ']' && number_parse(rest.text + 1, rest.len - 2, ret, NULL);
}

uint64_t
process_namespace(int dir, const char *name)
{
    char link[64];
    ssize_t len = readlinkat(dir, name, link, sizeof link);
    uint64_t number;

    return len > 0 && process_namespace_parse(link, (size_t)len, &number) ? number : 0;
}

static bool
malformed(GError **error, const char *what)
{
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "%s", what);
    return false;
}

bool
process_status_parse(const char *text, size_t len, ProcessStatus *ret, GError **error)
{
    ProcessStatus status = {0};
    LineIter lines = lines_of(text, len);
    bool has_parent = false;
    Span line, key, word;
    uint64_t parent;

    while (lines_next(&lines, &line)) {
        if (!span_next_word(&line, &key))
            continue;
        if (span_equals(key, "PPid:")) {
            if (!span_next_word(&line, &word) || !span_number(word, &parent, NULL) ||
                parent > G_MAXINT32)
                return malformed(error, "status: PPid is not a pid");
            status.parent = (pid_t)parent;
            has_parent = true;
        }
        if (!span_equals(key, "NSpid:"))
            continue;
        for (; span_next_word(&line, &word); status.level++)
            if (!span_number(word, &status.number, error))
                return false;
    }
    if (!has_parent)
        return malformed(error, "status: no PPid");
    *ret = status;
    return true;
}

bool
process_status(int dir, ProcessStatus *ret, GError **error)
{
    size_t len;
    g_autofree char *text = io_read_records_at(dir, "status", &len, error);

    return text && process_status_parse(text, len, ret, error);
}

/* The name stands in brackets and may contain brackets itself: what counts follows the last. */
bool
process_stat_parse(const char *text, size_t len, ProcessStat *ret, GError **error)
{
    const char *name_end = memrchr(text, ')', len);
    uint64_t flags = 0, start = 0;
    Span rest, word;
    int field = STAT_FIRST_AFTER_NAME;

    if (!name_end)
        return malformed(error, "stat: no name in brackets");
    rest = (Span){name_end + 1, len - (size_t)(name_end + 1 - text)};
    for (; field <= STAT_STARTTIME && span_next_word(&rest, &word); field++) {
        if (field == STAT_FLAGS && !span_number(word, &flags, error))
            return false;
        if (field == STAT_STARTTIME && !span_number(word, &start, error))
            return false;
    }
    if (field <= STAT_STARTTIME)
        return malformed(error, "stat: no start time");
    *ret = (ProcessStat){(flags & FLAG_EXITING) != 0, number_mul(start, TICK_USEC)};
    return true;
}

bool
process_stat(int dir, ProcessStat *ret, GError **error)
{
    size_t len;
    g_autofree char *text = io_read_records_at(dir, "stat", &len, error);

    return text && process_stat_parse(text, len, ret, error);
}

/* "boottime  -86400 0": seconds, which may be negative, and nanoseconds, which may not. */
bool
process_boottime_offset_parse(const char *text, size_t len, int64_t *ret, GError **error)
{
    LineIter lines = lines_of(text, len);
    Span line, word;
    uint64_t sec, nsec;

    while (lines_next(&lines, &line)) {
        bool negative;

        if (!span_next_word(&line, &word) || !span_equals(word, "boottime"))
            continue;
        if (!span_next_word(&line, &word))
            break;
        negative = word.text[0] == '-';
        if (!span_number((Span){word.text + negative, word.len - negative}, &sec, error) ||
            sec > G_MAXINT64 / G_USEC_PER_SEC / 2)
            break;
        if (!span_next_word(&line, &word) || !span_number(word, &nsec, error))
            break;
        *ret = (int64_t)sec * G_USEC_PER_SEC * (negative ? -1 : 1) + (int64_t)(nsec / 1000);
        return true;
    }
    if (!error || !*error)
        (void)malformed(error, "timens_offsets: no offset of boottime");
    return false;
}
