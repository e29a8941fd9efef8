/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines, words and fields never leave their text, and put together they are as long as it. */

#include "common/lines.h"
#include "tests/fuzz/fuzz.h"

static void
check_words(Span line)
{
    const char *end = line.text + line.len;
    Span word;

    while (span_next_word(&line, &word)) {
        g_assert(word.len > 0 && word.text + word.len <= end);
        g_assert(line.text + line.len == end);
    }
}

static size_t
fields_length(Span line)
{
    size_t len = 0;
    Span field;

    while (span_next_field(&line, ':', &field))
        len += field.len + 1;
    return len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const LineKey keys[] = {{"a", 0}, {"file", 8}};
    LineIter lines = lines_of((const char *)data, size);
    uint64_t values[2] = {0, 0};
    size_t len = 0;
    Span line;

    while (lines_next(&lines, &line)) {
        len += line.len + 1;
        check_words(line);
        g_assert(fields_length(line) == line.len + 1);
    }
    g_assert(len == size || len == size + 1);
    (void)lines_read_keys((const char *)data, size, keys, 2, values, NULL);
    return 0;
}
