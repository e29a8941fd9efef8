/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* swaps: what its lines add up to is meminfo's SwapTotal, and what is used SwapTotal - SwapFree.
 * The use may change between the two looks: some look agrees. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 200
#define HEADER "Filename\t\t\t\tType\t\tSize\t"

static void
add_lines(const char *text, uint64_t *size, uint64_t *used)
{
    expect(strncmp(text, HEADER, strlen(HEADER)) == 0, "swaps begins with '%.40s'", text);
    for (text = strchr(text, '\n') + 1; *text != '\0'; text = strchr(text, '\n') + 1) {
        uint64_t line_size, line_used;
        char type[32];
        int priority;

        expect(strchr(text, '\n') != NULL, "swaps ends within a line");
        expect(sscanf(text, "%*s %31s %" SCNu64 " %" SCNu64 " %d", type, &line_size, &line_used,
                      &priority) == 4,
               "swaps has a line '%s'", text);
        expect(text[40] == type[0], "the type in '%s' is not in column 41", text);
        *size += line_size;
        *used += line_used;
    }
}

static bool
agree(const char *directory)
{
    ProcText meminfo = proc_read(directory, "meminfo"), swaps = proc_read(directory, "swaps");
    uint64_t size = 0, used = 0, total = meminfo_get(meminfo.text, "SwapTotal");
    uint64_t unused = meminfo_get(meminfo.text, "SwapFree");

    add_lines(swaps.text, &size, &used);
    expect(size == total, "swaps has %" PRIu64 " kB, meminfo %" PRIu64, size, total);
    free(meminfo.text);
    free(swaps.text);
    return used == total - unused;
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    int tries = 0;

    while (!agree(directory))
        expect(++tries < TRIES, "what swaps says is used never agreed with meminfo");
    return 0;
}
