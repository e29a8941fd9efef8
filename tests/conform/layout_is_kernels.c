/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text has the lines of the kernel's own /proc, in its order and its columns: what differs are
 * digits, blanks before them, and blanks at the end.  cpuN lines and blocks of cpuinfo may be
 * fewer. */

#include "tests/conform/proc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What a text looks like, in @pattern: each run of digits becomes one '#'. */
static void
pattern_of(const char *line, size_t length, char *pattern)
{
    for (size_t i = 0; i < length; i++) {
        if (isdigit((unsigned char)line[i])) {
            *pattern++ = '#';
            while (i + 1 < length && isdigit((unsigned char)line[i + 1]))
                i++;
        } else {
            *pattern++ = line[i];
        }
    }
    *pattern = '\0';
}

/* Cuts the next line off @text; false at its end. */
static bool
line_next(const char **text, const char **ret_line, size_t *ret_length)
{
    const char *end = strchr(*text, '\n');

    if (**text == '\0')
        return false;
    expect(end != NULL, "the last line has no end: %s", *text);
    *ret_line = *text;
    *ret_length = (size_t)(end - *text);
    *text = end + 1;
    return true;
}

/* The length of @line without the blanks that a text the kernel caches has at its end, so that its
 * length never changes; @rest is what follows. */
static size_t
without_padding(const char *line, size_t length, const char *rest)
{
    while (*rest == '\0' && length > 0 && line[length - 1] == ' ')
        length--;
    return length;
}

/* meminfo: as long as in the kernel, with the same name and unit at the same columns. */
static void
check_meminfo(const char *ours, const char *kernels)
{
    const char *a, *b;
    size_t a_length, b_length;

    while (line_next(&kernels, &b, &b_length)) {
        expect(line_next(&ours, &a, &a_length), "meminfo ends before %.*s", (int)b_length, b);
        a_length = without_padding(a, a_length, ours);
        expect(a_length == b_length, "meminfo: '%.*s' is not as long as '%.*s'", (int)a_length, a,
               (int)b_length, b);
        for (size_t i = 0; i < a_length; i++) {
            bool number = strchr(" 0123456789", a[i]) && strchr(" 0123456789", b[i]);

            expect(a[i] == b[i] || number, "meminfo: '%.*s' is not laid out as '%.*s'",
                   (int)a_length, a, (int)b_length, b);
        }
    }
    expect(*ours == '\0', "meminfo has more than the kernel's: %s", ours);
}

/* stat: the same lines but for cpuN, each with as many columns; of intr the first counts. */
static void
check_stat(const char *ours, const char *kernels)
{
    const char *a, *b;
    size_t a_length, b_length;

    while (line_next(&kernels, &b, &b_length)) {
        char wanted[4096], got[4096];

        if (strncmp(b, "cpu", 3) == 0 && isdigit((unsigned char)b[3]))
            continue;
        do
            expect(line_next(&ours, &a, &a_length), "stat ends before %.*s", 10, b);
        while (strncmp(a, "cpu", 3) == 0 && isdigit((unsigned char)a[3]));
        a_length = without_padding(a, a_length, ours);
        if (strncmp(b, "intr ", 5) == 0) {
            expect(strncmp(a, "intr ", 5) == 0, "stat: '%.*s' is not intr", 10, a);
            continue;
        }
        pattern_of(a, a_length < 4095 ? a_length : 4095, got);
        pattern_of(b, b_length < 4095 ? b_length : 4095, wanted);
        expect(strcmp(got, wanted) == 0, "stat: '%s' is not laid out as '%s'", got, wanted);
    }
    expect(*ours == '\0', "stat has more than the kernel's: %s", ours);
}

/* cpuinfo: each block, up to its empty line, has the names of the kernel's first block. */
static void
check_cpuinfo(const char *ours, const char *kernels)
{
    const char *first = kernels, *a, *b;
    size_t a_length, b_length;

    while (line_next(&ours, &a, &a_length)) {
        const char *colon = memchr(a, ':', a_length);
        size_t name = colon == NULL ? 0 : (size_t)(colon - a) + 1;

        expect(line_next(&kernels, &b, &b_length), "cpuinfo: the kernel has no '%.*s'",
               (int)a_length, a);
        expect((a_length == 0) == (b_length == 0) && strncmp(a, b, name) == 0,
               "cpuinfo: '%.*s' where the kernel has '%.*s'", (int)a_length, a, (int)b_length, b);
        if (a_length == 0)
            kernels = first;
    }
    expect(kernels == first, "cpuinfo ends before %.20s", kernels);
}

static void
check_uptime(const char *ours)
{
    size_t length = strlen(ours);
    char pattern[256];

    expect(length < sizeof pattern, "uptime is too long");
    pattern_of(ours, length, pattern);
    /* The text of a node may be padded with blanks to a length that never changes. */
    expect(strncmp(pattern, "#.# #.#", 7) == 0 && strspn(pattern + 7, " ") == strlen(pattern) - 8,
           "uptime looks like '%s'", pattern);
}

int
main(int argc, char **argv)
{
    static const char *const names[] = {"meminfo", "stat", "cpuinfo", "uptime"};
    const char *directory = directory_argument(argc, argv);
    ProcText ours[4], kernels[4];

    for (size_t i = 0; i < 4; i++) {
        ours[i] = proc_read(directory, names[i]);
        kernels[i] = proc_read("/proc", names[i]);
    }
    check_meminfo(ours[0].text, kernels[0].text);
    check_stat(ours[1].text, kernels[1].text);
    check_cpuinfo(ours[2].text, kernels[2].text);
    check_uptime(ours[3].text);
    for (size_t i = 0; i < 4; i++) {
        free(ours[i].text);
        free(kernels[i].text);
    }
    return 0;
}
