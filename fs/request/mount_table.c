/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/request/mount_table.h"

#include "common/mount_line.h"

bool
mount_table_top(const char *text, size_t len, const char *path, MountEntry *ret)
{
    LineIter lines = lines_of(text, len);
    MountLine mount;
    Span line;
    bool found = false;

    while (lines_next(&lines, &line)) {
        g_autofree char *point = NULL;

        if (!mount_line_parse(line, &mount))
            continue;
        point = mount_line_path(mount.point);
        if (!g_str_equal(point, path))
            continue;
        if (found)
            mount_entry_clear(ret); /* a later line covers an earlier one */
        *ret = (MountEntry){.id = span_dup(mount.id), .type = span_dup(mount.type)};
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
