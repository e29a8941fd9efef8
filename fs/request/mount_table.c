/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/mount_table.h"

#include "common/lines.h"

/* 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 * (1)(2)(3)   (4)   (5)      (6)      (7)   (8) (9)   (10)         (11)   */
static bool
mount_line_parse(Span line, Span *ret_id, Span *ret_point, Span *ret_type)
{
    Span word;

    if (!span_next_word(&line, ret_id))
        return false;
    for (int field = 2; field <= 5; field++)
        if (!span_next_word(&line, ret_point))
            return false;
    do
        if (!span_next_word(&line, &word))
            return false;
    while (!span_equals(word, "-"));
    return span_next_word(&line, ret_type);
}

bool
mount_table_top(const char *text, size_t len, const char *path, MountEntry *ret)
{
    LineIter lines = lines_of(text, len);
    Span line, id, point, type;
    bool found = false;

    while (lines_next(&lines, &line)) {
        g_autofree char *escaped = NULL, *plain = NULL;

        if (!mount_line_parse(line, &id, &point, &type))
            continue;
        escaped = span_dup(point);
        plain = g_strcompress(escaped); /* blanks are written as \040 */
        if (!g_str_equal(plain, path))
            continue;
        if (found)
            mount_entry_clear(ret); /* a later line covers an earlier one */
        *ret = (MountEntry){.id = span_dup(id), .type = span_dup(type)};
        found = true;
    }
    return found;
}

void
mount_entry_clear(MountEntry *entry)
{
    g_free(entry->id);
    g_free(entry->type);
    *entry = (MountEntry){0};
}
