/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/number.h"

#include "common/error.h"

#include <string.h>

/* Messages quote no more of a bad text than this. */
#define QUOTE_MAX 64

bool
number_parse(const char *text, size_t len, uint64_t *ret, GError **error)
{
    uint64_t value = 0;
    bool good = len > 0;

    for (size_t i = 0; good && i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';

        good = digit <= 9 && value <= (UINT64_MAX - digit) / 10;
        value = value * 10 + digit;
    }
    if (!good) {
        g_autofree char *quoted = g_strndup(text, MIN(len, QUOTE_MAX));
        g_autofree char *shown = g_strescape(quoted, NULL);

        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "not a 64-bit number: '%s'", shown);
        return false;
    }
    *ret = value;
    return true;
}

bool
number_parse_or_max(const char *text, size_t len, uint64_t *ret, GError **error)
{
    if (len == 3 && memcmp(text, "max", 3) == 0) {
        *ret = NUMBER_MAX;
        return true;
    }
    return number_parse(text, len, ret, error);
}

bool
number_parse_pid(const char *text, size_t len, pid_t *ret, GError **error)
{
    uint64_t value;

    if (!number_parse(text, len, &value, error))
        return false;
    if (value == 0 || value > G_MAXINT32) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED,
                    "not the number of a process: %" G_GUINT64_FORMAT, value);
        return false;
    }
    *ret = (pid_t)value;
    return true;
}

uint64_t
number_sub(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

uint64_t
number_add(uint64_t a, uint64_t b)
{
    uint64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

uint64_t
number_mul(uint64_t a, uint64_t b)
{
    uint64_t product;

    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

#ifdef __SIZEOF_INT128__
uint64_t
number_mul_div(uint64_t a, uint64_t b, uint64_t c)
{
    unsigned __int128 result;

    if (c == 0)
        return UINT64_MAX;
    result = (unsigned __int128)a * b / c;
    return result > UINT64_MAX ? UINT64_MAX : (uint64_t)result;
}
#else
/* 32-bit targets: schoolbook multiplication into two words, then division bit by bit. */
uint64_t
number_mul_div(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t mid = a1 * b0 + (a0 * b0 >> 32), mid2 = a0 * b1 + (uint32_t)mid;
    uint64_t high = a1 * b1 + (mid >> 32) + (mid2 >> 32), low = a * b, quotient = 0;

    if (c == 0 || high >= c)
        return UINT64_MAX;
    for (int bit = 63; bit >= 0; bit--) {
        bool carry = high >> 63;

        high = high << 1 | (low >> bit & 1);
        if (carry || high >= c) {
            high -= c;
            quotient |= UINT64_C(1) << bit;
        }
    }
    return quotient;
}
#endif
