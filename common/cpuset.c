/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/cpuset.h"

#include "common/error.h"
#include "common/lines.h"

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
        if (set->bits[i] != 0) /* of nearly all machines in the first word alone */
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

int
cpuset_nth(const CpuSet *set, unsigned n)
{
    int cpu = cpuset_next(set, 0);

    while (cpu >= 0 && n-- > 0)
        cpu = cpuset_next(set, (unsigned)cpu + 1);
    return cpu;
}

CpuSet
cpuset_renumber(const CpuSet *set, const CpuSet *shown)
{
    CpuSet renumbered = {0};
    unsigned index = 0;

    for (int cpu = cpuset_next(shown, 0); cpu >= 0; index++) {
        if (cpuset_has(set, (unsigned)cpu))
            cpuset_add(&renumbered, index);
        cpu = cpuset_next(shown, (unsigned)cpu + 1);
    }
    return renumbered;
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

static Span
without_newline(const char *text, size_t len)
{
    return (Span){text, len > 0 && text[len - 1] == '\n' ? len - 1 : len};
}

static bool
refuse(const char *what, Span text, GError **error)
{
    g_autofree char *quoted = g_strndup(text.text, MIN(text.len, 64));
    g_autofree char *shown = g_strescape(quoted, NULL);

    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "not a %s of CPUs: '%s'", what, shown);
    return false;
}

bool
cpuset_parse(const char *text, size_t len, CpuSet *ret, GError **error)
{
    Span rest = without_newline(text, len), range;
    CpuSet set = {0};

    if (rest.len == 0)
        rest.text = NULL; /* no field at all */
    while (span_next_field(&rest, ',', &range))
        if (!parse_range(range, &set))
            return refuse("list", (Span){text, len}, error);
    *ret = set;
    return true;
}

#define GROUP_BITS 32 /* linux:lib/vsprintf.c, bitmap_string */
#define GROUP_DIGITS (GROUP_BITS / 4)

/* "ff": the lowest bit is @first's. */
static bool
parse_group(Span group, unsigned first, CpuSet *set)
{
    if (group.len == 0 || group.len > GROUP_DIGITS)
        return false;
    for (size_t i = 0; i < group.len; i++) {
        int digit = g_ascii_xdigit_value(group.text[i]);
        unsigned lowest = first + (unsigned)(group.len - 1 - i) * 4;

        if (digit < 0)
            return false;
        for (unsigned bit = 0; bit < 4; bit++)
            if (digit >> bit & 1)
                cpuset_add(set, lowest + bit);
    }
    return true;
}

bool
cpuset_parse_mask(const char *text, size_t len, CpuSet *ret, GError **error)
{
    Span rest = without_newline(text, len), group;
    unsigned groups = 1;
    CpuSet set = {0};

    for (size_t i = 0; i < rest.len; i++)
        groups += rest.text[i] == ',';
    if (groups > CPUSET_MAX / GROUP_BITS)
        return refuse("mask", rest, error);
    while (groups-- > 0)
        if (!span_next_field(&rest, ',', &group) || !parse_group(group, groups * GROUP_BITS, &set))
            return refuse("mask", (Span){text, len}, error);
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

/* The first group is as wide as what is left over needs. */
void
cpuset_print_mask(const CpuSet *set, unsigned n_cpus, GString *out)
{
    unsigned groups = CLAMP((n_cpus + GROUP_BITS - 1) / GROUP_BITS, 1, CPUSET_MAX / GROUP_BITS);
    unsigned bits = n_cpus % GROUP_BITS ? n_cpus % GROUP_BITS : GROUP_BITS;

    for (unsigned i = groups; i-- > 0; bits = GROUP_BITS) {
        uint64_t word = set->bits[i / 2] >> (i % 2 * GROUP_BITS);

        g_string_append_printf(out, "%0*x%s", (int)(bits + 3) / 4, (unsigned)(word & UINT32_MAX),
                               i > 0 ? "," : "");
    }
}
