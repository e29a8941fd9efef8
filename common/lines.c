/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/lines.h"

#include "common/number.h"

#include <string.h>

LineIter
lines_of(const char *text, size_t len)
{
    return (LineIter){text, text + len};
}

bool
lines_next(LineIter *lines, Span *ret_line)
{
    const char *newline;
    size_t left = (size_t)(lines->end - lines->next);

    if (left == 0)
        return false;
    newline = memchr(lines->next, '\n', left);
    ret_line->text = lines->next;
    ret_line->len = newline ? (size_t)(newline - lines->next) : left;
    lines->next = newline ? newline + 1 : lines->end;
    return true;
}

bool
span_equals(Span span, const char *word)
{
    return strlen(word) == span.len && memcmp(span.text, word, span.len) == 0;
}

bool
span_starts_with(Span span, const char *prefix)
{
    size_t len = strlen(prefix);

    return len <= span.len && memcmp(span.text, prefix, len) == 0;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool
span_next_word(Span *rest, Span *ret_word)
{
    const char *at = rest->text, *end = rest->text + rest->len, *start;

    while (at < end && is_blank(*at))
        at++;
    start = at;
    while (at < end && !is_blank(*at))
        at++;
    *rest = (Span){at, (size_t)(end - at)};
    if (at == start)
        return false;
    *ret_word = (Span){start, (size_t)(at - start)};
    return true;
}

bool
span_next_field(Span *rest, char separator, Span *ret_field)
{
    const char *found;

    if (!rest->text)
        return false;
    found = memchr(rest->text, separator, rest->len);
    if (!found) {
        *ret_field = *rest;
        *rest = (Span){NULL, 0};
        return true;
    }
    *ret_field = (Span){rest->text, (size_t)(found - rest->text)};
    rest->len -= ret_field->len + 1;
    rest->text = found + 1;
    return true;
}

bool
span_number(Span span, uint64_t *ret, GError **error)
{
    return number_parse(span.text, span.len, ret, error);
}

char *
span_dup(Span span)
{
    return g_strndup(span.text, span.len);
}

static const LineKey *
find_key(const LineKey *keys, size_t n, Span word)
{
    for (size_t i = 0; i < n; i++) /* nearly all differ in their first letter */
        if (word.text[0] == keys[i].key[0] && span_equals(word, keys[i].key))
            return &keys[i];
    return NULL;
}

bool
lines_read_keys(const char *text, size_t len, const LineKey *keys, size_t n, void *object,
                GError **error)
{
    LineIter lines = lines_of(text, len);
    Span line, key, value;

    while (lines_next(&lines, &line)) {
        const LineKey *wanted;
        uint64_t number;

        if (!span_next_word(&line, &key) || !(wanted = find_key(keys, n, key)))
            continue;
        if (!span_next_word(&line, &value))
            value = (Span){"", 0};
        if (!span_number(value, &number, error)) {
            g_prefix_error(error, "%s: ", wanted->key);
            return false;
        }
        memcpy((char *)object + wanted->offset, &number, sizeof number);
    }
    return true;
}
