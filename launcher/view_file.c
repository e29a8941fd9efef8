/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/view_file.h"

char *
view_file_name(const char *text)
{
    while (*text == '/')
        text++;
    if (g_str_has_prefix(text, "proc/") || g_str_has_prefix(text, "sys/"))
        return g_strdup(text);
    return g_strdup_printf("proc/%s", text);
}
