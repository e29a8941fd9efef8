/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* diskstats: each line has a disk of the kernel's, under its name, with as many numbers, and no
 * counter (all but the requests in flight) ever decreases. */

#include "tests/conform/proc.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DURATION_MSEC 1000
#define FIELDS_MAX 32
#define IN_FLIGHT 8

/* "major minor name" of @line, and the numbers behind it; how many there are. */
static size_t
line_parse(const char *line, char id[128], uint64_t numbers[FIELDS_MAX])
{
    unsigned major, minor;
    char name[96];
    int length;
    size_t n = 0;

    expect(sscanf(line, "%u %u %95s%n", &major, &minor, name, &length) == 3,
           "diskstats has a line '%.60s'", line);
    snprintf(id, 128, "%4u %7u %s ", major, minor, name);
    expect(strncmp(line, id, strlen(id)) == 0, "'%.60s' is not laid out as '%s'", line, id);
    for (line += length; n < FIELDS_MAX && line[0] == ' ' && isdigit((unsigned char)line[1]); n++)
        numbers[n] = strtoull(line, (char **)&line, 10);
    line += strspn(line, " "); /* padding to a length that never changes */
    expect(*line == '\n', "numbers end with '%.20s'", line);
    return n;
}

static const char *
find_line(const char *text, const char *id)
{
    while (text != NULL && *text != '\0' && strncmp(text, id, strlen(id)) != 0) {
        text = strchr(text, '\n');
        text = text == NULL ? NULL : text + 1;
    }
    return text == NULL || *text == '\0' ? NULL : text;
}

static void
compare(const char *line, const char *before, const char *kernels)
{
    uint64_t numbers[FIELDS_MAX], others[FIELDS_MAX];
    char id[128];
    size_t n = line_parse(line, id, numbers);
    const char *old = find_line(before, id), *kernel = find_line(kernels, id);

    expect(kernel != NULL, "the kernel has no disk '%s'", id);
    expect(line_parse(kernel, id, others) == n, "'%s' has other than the kernel's numbers", id);
    if (old == NULL)
        return;
    (void)line_parse(old, id, others);
    for (size_t i = 0; i < n; i++)
        expect(i == IN_FLIGHT || numbers[i] >= others[i], "'%s' %zu: %" PRIu64 ", then %" PRIu64,
               id, i, others[i], numbers[i]);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    uint64_t end = now_msec() + DURATION_MSEC;
    ProcText before = proc_read(directory, "diskstats");

    while (now_msec() < end) {
        ProcText now = proc_read(directory, "diskstats"), kernels = proc_read("/proc", "diskstats");

        for (const char *line = now.text; *line != '\0'; line = strchr(line, '\n') + 1)
            compare(line, before.text, kernels.text);
        free(before.text);
        free(kernels.text);
        before = now;
    }
    free(before.text);
    return 0;
}
