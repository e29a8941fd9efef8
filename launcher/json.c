/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/json.h"

void
json_append_string(GString *out, const char *text)
{
    g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

    if (!text) {
        g_string_append(out, "null");
        return;
    }
    g_string_append_c(out, '"');
    for (const char *at = valid; *at; at++)
        if (*at == '"' || *at == '\\')
            g_string_append_printf(out, "\\%c", *at);
        else if (g_ascii_iscntrl(*at)) /* 0x7f may stand as it is, but not on a terminal */
            g_string_append_printf(out, "\\u%04x", (unsigned)*at);
        else
            g_string_append_c(out, *at);
    g_string_append_c(out, '"');
}
