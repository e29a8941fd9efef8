/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/control_value.h"

static bool
is_escaped(unsigned char byte)
{
    return byte <= 0x20 || byte == 0x7f || byte == '%';
}

void
control_value_append(GString *out, const char *value)
{
    for (; *value; value++) {
        unsigned char byte = (unsigned char)*value; /* above 0x7f it is no number below 0x20 */

        if (is_escaped(byte))
            g_string_append_printf(out, "%%%02X", byte);
        else
            g_string_append_c(out, *value);
    }
}

/* The byte that "%XX" at the beginning of @text is; 0 if it is none. */
static char
unescape(Span text)
{
    if (text.len < 3 || !g_ascii_isxdigit(text.text[1]) || !g_ascii_isxdigit(text.text[2]))
        return '\0';
    return (char)(g_ascii_xdigit_value(text.text[1]) << 4 | g_ascii_xdigit_value(text.text[2]));
}

char *
control_value_decode(Span value)
{
    g_autoptr(GString) out = g_string_sized_new(value.len + 1);

    for (size_t i = 0; i < value.len; i++) {
        char byte = value.text[i];

        if (byte == '%') {
            byte = unescape((Span){value.text + i, value.len - i});
            i += 2;
        } else if (is_escaped((unsigned char)byte)) {
            return NULL;
        }
        if (byte == '\0')
            return NULL;
        g_string_append_c(out, byte);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
