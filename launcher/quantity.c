/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "launcher/quantity.h"

#include "common/number.h"
#include "launcher/launch_error.h"

#include <string.h>

#define BILLION UINT64_C(1000000000)
#define CPUS_PERIOD_USEC UINT64_C(100000) /* docker's period for --cpus */
#define QUOTA_MIN_USEC UINT64_C(1000)     /* the kernel refuses less (kernel/sched/core.c) */

/* A decimal number: what stands before the point, and after it in billionths. */
typedef struct {
    uint64_t whole, billionths;
} Decimal;

static bool
refuse(const char *text, const char *why, GError **error)
{
    g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE, "'%s' is %s", text, why);
    return false;
}

/* Cuts a decimal number off the start of *@rest.  Digits past the ninth do not count. */
static bool
decimal_cut(const char **rest, Decimal *ret)
{
    size_t digits = strspn(*rest, "0123456789");
    const char *point = *rest + digits;
    uint64_t unit = BILLION / 10;

    ret->billionths = 0;
    if (digits == 0 || !number_parse(*rest, digits, &ret->whole, NULL))
        return false;
    *rest = point;
    if (*point != '.')
        return true;
    digits = strspn(point + 1, "0123456789");
    for (size_t i = 1; i <= digits; i++, unit /= 10)
        ret->billionths += unit * (uint64_t)(point[i] - '0');
    *rest = point + 1 + digits;
    return digits > 0;
}

/* "", "k", "kb" and "kib" in either case; false if it is none of docker's units. */
static bool
unit_parse(const char *text, uint64_t *ret)
{
    static const char letters[] = "bkmgt";
    const char *found;

    *ret = 1;
    if (*text == '\0')
        return true;
    found = strchr(letters, g_ascii_tolower(*text));
    if (!found)
        return false;
    for (const char *p = letters; p < found; p++)
        *ret *= 1024;
    text++;
    if (found == letters || *text == '\0')
        return *text == '\0';
    return g_ascii_strcasecmp(text, "b") == 0 || g_ascii_strcasecmp(text, "ib") == 0;
}

bool
quantity_parse_size(const char *text, uint64_t *ret, GError **error)
{
    const char *rest = text;
    Decimal number;
    uint64_t unit, bytes;

    if (!decimal_cut(&rest, &number) || !unit_parse(rest, &unit))
        return refuse(text, "not a size such as 64m, 1.5g or 1048576", error);
    bytes = number_add(number_mul(number.whole, unit),
                       number_mul_div(number.billionths, unit, BILLION));
    if (bytes == 0)
        return refuse(text, "no size for a limit", error);
    if (bytes > INT64_MAX)
        return refuse(text, "larger than any machine", error);
    *ret = bytes;
    return true;
}

bool
quantity_parse_size_or_unlimited(const char *text, uint64_t *ret, GError **error)
{
    if (strcmp(text, "-1") == 0) {
        *ret = NUMBER_MAX;
        return true;
    }
    return quantity_parse_size(text, ret, error);
}

bool
quantity_parse_cpus(const char *text, uint64_t *ret_usec, GError **error)
{
    const char *rest = text;
    Decimal number;
    uint64_t usec;

    if (!decimal_cut(&rest, &number) || *rest != '\0')
        return refuse(text, "not a number of CPUs such as 0.5 or 2", error);
    usec = number_add(number_mul(number.whole, CPUS_PERIOD_USEC),
                      number_mul_div(number.billionths, CPUS_PERIOD_USEC, BILLION));
    if (usec < QUOTA_MIN_USEC)
        return refuse(text, "too few CPUs: 0.01 is the least", error);
    if (usec > CPUS_PERIOD_USEC * 8192)
        return refuse(text, "more CPUs than Linux knows", error);
    *ret_usec = usec;
    return true;
}

bool
quantity_parse_count(const char *text, uint64_t low, uint64_t high, uint64_t *ret, GError **error)
{
    uint64_t value;

    if (!number_parse(text, strlen(text), &value, NULL) || value < low || value > high) {
        g_set_error(error, LAUNCH_ERROR, LAUNCH_ERROR_USAGE,
                    "'%s' is not a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, text,
                    low, high);
        return false;
    }
    *ret = value;
    return true;
}
