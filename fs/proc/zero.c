/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/proc/zero.h"

#include <string.h>

#define ALL_LINES (-1)

typedef struct {
    const char *path;
    int lines;    /* which are kept */
    bool columns; /* numbers end where they ended */
} Kind;

static const Kind kinds[] = {
    {"proc/diskstats", 0, false},
    {"proc/meminfo", ALL_LINES, true},
    {"proc/slabinfo", 2, false},
    {"proc/swaps", 1, false},
};
static const Kind usual = {"", ALL_LINES, false};

static const Kind *
kind_of(const char *path)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].path, path) == 0)
            return &kinds[i];
    return &usual;
}

bool
zero_is_possible(const char *path)
{
    return g_str_has_prefix(path, "proc/") && strcmp(path, "proc/cpuinfo") != 0;
}

/* "cpu0" and "avg10" are names. */
static bool
is_in_name(const char *line, size_t at)
{
    return at > 0 && (g_ascii_isalnum(line[at - 1]) || line[at - 1] == '_');
}

/* Appends the number at @line, n digits, as 0: of a fraction each digit is one. */
static void
append_zero(GString *out, const Kind *kind, size_t n)
{
    bool fraction = out->len > 0 && out->str[out->len - 1] == '.';

    for (size_t i = 1; i < n && (fraction || kind->columns); i++)
        g_string_append_c(out, fraction ? '0' : ' ');
    g_string_append_c(out, '0');
}

static void
append_zeroed(GString *out, const Kind *kind, const char *line, size_t len)
{
    size_t at = 0, n;

    while (at < len) {
        for (n = 0; at + n < len && g_ascii_isdigit(line[at + n]); n++)
            ;
        if (n > 0 && !is_in_name(line, at)) {
            append_zero(out, kind, n);
        } else {
            n = MAX(n, 1);
            g_string_append_len(out, line + at, (gssize)n);
        }
        at += n;
    }
}

void
zero_text(const char *path, GString *text, size_t start)
{
    const Kind *kind = kind_of(path);
    g_autoptr(GString) out = g_string_sized_new(text->len - start);
    const char *line = text->str + start, *end = text->str + text->len;

    for (int n = 0; line < end && (kind->lines == ALL_LINES || n < kind->lines); n++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((newline ? newline + 1 : end) - line);

        if (kind->lines == ALL_LINES)
            append_zeroed(out, kind, line, len);
        else
            g_string_append_len(out, line, (gssize)len);
        line += len;
    }
    (void)g_string_truncate(text, start);
    g_string_append_len(text, out->str, (gssize)out->len);
}
