/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kernel texts by line and word, without allocation.  [pure] */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of somebody else's text; not NUL-terminated. */
typedef struct {
    const char *text;
    size_t len;
} Span;

/* What is left to read; lines_next() moves it forward. */
typedef struct {
    const char *next;
    const char *end;
} LineIter;

LineIter lines_of(const char *text, size_t len);
/* The next line without its newline; false at the end.  A last line without newline counts. */
bool lines_next(LineIter *lines, Span *ret_line);

bool span_equals(Span span, const char *word);
bool span_starts_with(Span span, const char *prefix);
/* Cuts the first word (separated by blanks or tabs) off *@rest; false if there is none. */
bool span_next_word(Span *rest, Span *ret_word);
/* Cuts what stands before the first @separator off *@rest, or all of it; false when *@rest is used
 * up. */
bool span_next_field(Span *rest, char separator, Span *ret_field);
/* number_parse() of the whole span. */
bool span_number(Span span, uint64_t *ret, GError **error);
char *span_dup(Span span); /* the caller frees */

/* One key of a "key value" text (memory.stat, cpu.stat) and where its value goes.  @key is exact.
 */
typedef struct {
    const char *key;
    size_t offset; /* of a uint64_t in the struct given to lines_read_keys() */
} LineKey;

/* Reads every "key value" line whose key is in @keys (n of them) into @object; other lines and keys
 * that are missing leave it untouched.  Fails with READ_ERROR_MALFORMED if a wanted value is not a
 * number. */
bool lines_read_keys(const char *text, size_t len, const LineKey *keys, size_t n, void *object,
                     GError **error);
