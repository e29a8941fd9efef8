/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/mount_line.h"

#include <string.h>

/* 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 * (1)(2)(3)   (4)   (5)      (6)      (7)   (8) (9)   (10)         (11)
 * One blank stands between two fields, and the source (10) may be empty. */
bool
mount_line_parse(Span line, MountLine *ret)
{
    MountLine mount;
    Span skipped;
    Span *const fields[] = {&mount.id, &mount.parent, &mount.device, &mount.root, &mount.point};

    if (line.len == 0 || memchr(line.text, '\0', line.len)) /* the kernel's text has none */
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        if (!span_next_field(&line, ' ', fields[i]))
            return false;
    mount.shared = (Span){"", 0};
    do { /* mount options and any number of optional fields end in "-" */
        if (!span_next_field(&line, ' ', &skipped))
            return false;
        if (span_starts_with(skipped, "shared:"))
            mount.shared = skipped;
    } while (!span_equals(skipped, "-"));
    if (!span_next_field(&line, ' ', &mount.type) || !span_next_field(&line, ' ', &skipped) ||
        !span_next_field(&line, ' ', &mount.super_options) || mount.type.len == 0 ||
        !span_starts_with(mount.point, "/"))
        return false;
    *ret = mount;
    return true;
}

static bool
is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/* The kernel writes what would end a field, and the backslash, as \ooo (linux:fs/seq_file.c,
 * mangle_path()). */
char *
mount_line_path(Span escaped)
{
    g_autoptr(GString) path = g_string_sized_new(escaped.len + 1);

    for (size_t i = 0; i < escaped.len; i++) {
        const char *at = escaped.text + i;

        if (at[0] == '\\' && i + 3 < escaped.len && is_octal(at[1]) && is_octal(at[2]) &&
            is_octal(at[3])) {
            unsigned byte = (unsigned)(at[1] - '0') << 6 | (unsigned)(at[2] - '0') << 3 |
                            (unsigned)(at[3] - '0');

            g_string_append_c(path, (char)(byte & 0xff)); /* at most \377 where it is one byte */
            i += 3;
        } else {
            g_string_append_c(path, at[0]);
        }
    }
    return g_string_free(g_steal_pointer(&path), FALSE);
}
