/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pressure: the kernel's lines in its layout; some is no less than full; no total decreases, and no
 * average is above 100. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DURATION_MSEC 500
#define LINES_MAX 2

static size_t
totals(const char *text, uint64_t ret[LINES_MAX])
{
    size_t n = 0;

    for (; *text != '\0'; text = strchr(text, '\n') + 1) {
        double average[3];
        char name[8];
        int length;

        expect(n < LINES_MAX, "pressure has more than two lines");
        expect(sscanf(text, "%7s avg10=%lf avg60=%lf avg300=%lf total=%" SCNu64 "%n", name,
                      &average[0], &average[1], &average[2], &ret[n], &length) == 5,
               "pressure has a line '%.80s'", text);
        /* a node's text may be padded with blanks to a length that never changes */
        length += (int)strspn(text + length, " ");
        expect(text[length] == '\n', "pressure has a line '%.80s'", text);
        for (int i = 0; i < 3; i++)
            expect(average[i] >= 0 && average[i] <= 100, "an average in '%.80s'", text);
        expect(strcmp(name, n == 0 && text[0] == 's' ? "some" : "full") == 0, "line %zu is %s", n,
               name);
        n++;
    }
    return n;
}

static void
check(const char *directory, const char *name)
{
    uint64_t end = now_msec() + DURATION_MSEC, before[LINES_MAX] = {0}, now[LINES_MAX];
    ProcText kernels = proc_read("/proc", name);
    size_t lines = totals(kernels.text, now);

    while (now_msec() < end) {
        ProcText text = proc_read(directory, name);

        expect(totals(text.text, now) == lines, "%s has not the kernel's lines", name);
        for (size_t i = 0; i < lines; i++) {
            expect(now[i] >= before[i], "%s: %" PRIu64 ", then %" PRIu64, name, before[i], now[i]);
            before[i] = now[i];
        }
        expect(lines < 2 || now[0] >= now[1], "%s: some %" PRIu64 " < full %" PRIu64, name, now[0],
               now[1]);
        free(text.text);
    }
    free(kernels.text);
}

int
main(int argc, char **argv)
{
    static const char *const names[] = {"pressure/cpu", "pressure/io", "pressure/memory"};
    const char *directory = directory_argument(argc, argv);
    struct stat status;

    if (stat("/proc/pressure", &status) != 0)
        return 77; /* a kernel that does not count stalls */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check(directory, names[i]);
    return 0;
}
