/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cpuset.h"

#include "common/error.h"
#include "common/lines.h"

#include <string.h>

void
cpuset_add(CpuSet *set, unsigned cpu)
{
    if (cpu < CPUSET_MAX)
        set->bits[cpu / 64] |= UINT64_C(1) << (cpu % 64);
}

bool
cpuset_has(const CpuSet *set, unsigned cpu)
{
    return cpu < CPUSET_MAX && (set->bits[cpu / 64] >> (cpu % 64) & 1);
}

unsigned
cpuset_count(const CpuSet *set)
{
    unsigned n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(set->bits); i++)
        n += (unsigned)__builtin_popcountll(set->bits[i]);
    return n;
}

void
cpuset_and(CpuSet *set, const CpuSet *other)
{
    for (size_t i = 0; i < G_N_ELEMENTS(set->bits); i++)
        set->bits[i] &= other->bits[i];
}

int
cpuset_next(const CpuSet *set, unsigned from)
{
    for (unsigned cpu = from; cpu < CPUSET_MAX;) {
        uint64_t left = set->bits[cpu / 64] >> (cpu % 64);

        if (left)
            return (int)cpu + __builtin_ctzll(left);
        cpu = (cpu / 64 + 1) * 64;
    }
    return -1;
}

CpuSet
cpuset_first(const CpuSet *set, unsigned n)
{
    CpuSet first = {0};

    for (int cpu = cpuset_next(set, 0); cpu >= 0 && n > 0; n--) {
        cpuset_add(&first, (unsigned)cpu);
        cpu = cpuset_next(set, (unsigned)cpu + 1);
    }
    return first;
}

/* "3" or "0-3". */
static bool
parse_range(Span range, CpuSet *set)
{
    Span first, last;
    uint64_t from, to;

    if (!span_next_field(&range, '-', &first) || !span_number(first, &from, NULL))
        return false;
    last = range.text ? range : first;
    if (!span_number(last, &to, NULL) || from > to || to >= CPUSET_MAX)
        return false;
    for (uint64_t cpu = from; cpu <= to; cpu++)
        cpuset_add(set, (unsigned)cpu);
    return true;
}

bool
cpuset_parse(const char *text, size_t len, CpuSet *ret, GError **error)
{
    Span rest = {text, len}, range;
    CpuSet set = {0};

    if (len > 0 && text[len - 1] == '\n')
        rest.len--;
    if (rest.len == 0) {
        *ret = set;
        return true;
    }
    while (span_next_field(&rest, ',', &range))
        if (!parse_range(range, &set)) {
            g_autofree char *quoted = g_strndup(text, MIN(len, 64));
            g_autofree char *shown = g_strescape(quoted, NULL);

            g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "not a list of CPUs: '%s'", shown);
            return false;
        }
    *ret = set;
    return true;
}

void
cpuset_print(const CpuSet *set, GString *out)
{
    const char *separator = "";

    for (int first = cpuset_next(set, 0); first >= 0;) {
        int last = first;

        while (cpuset_has(set, (unsigned)last + 1))
            last++;
        g_string_append_printf(out, last > first ? "%s%d-%d" : "%s%d", separator, first, last);
        separator = ",";
        first = cpuset_next(set, (unsigned)last + 1);
    }
}
