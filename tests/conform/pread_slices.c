/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* pread(2) at any offset returns what the whole text has there.  Texts change: an offset counts
 * when the text was the same before and after. */

#include "tests/conform/proc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLICE 16
#define TRIES 200

static bool
text_equal(const ProcText *a, const ProcText *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* Whether the text stood still; what pread returned is compared only then. */
static bool
check_once(int fd, const char *name, size_t offset)
{
    char slice[SLICE];
    ProcText before = proc_read_fd(fd);
    ssize_t n = pread(fd, slice, sizeof slice, (off_t)offset);
    ProcText after = proc_read_fd(fd);
    bool still = text_equal(&before, &after);

    expect(n >= 0, "%s: pread at %zu: %m", name, offset);
    if (still && offset <= before.length) {
        size_t rest = before.length - offset, wanted = rest < SLICE ? rest : SLICE;

        expect((size_t)n == wanted, "%s: pread at %zu returns %zd of %zu", name, offset, n, wanted);
        expect(memcmp(slice, before.text + offset, wanted) == 0, "%s: another text at %zu", name,
               offset);
    }
    free(before.text);
    free(after.text);
    return still;
}

static void
check_file(const char *directory, const char *name)
{
    int fd = proc_open(directory, name);
    ProcText file = proc_read_fd(fd);

    for (size_t offset = 0; offset <= file.length; offset += 1 + file.length / 500) {
        int tries = 0;

        while (!check_once(fd, name, offset))
            expect(++tries < TRIES, "%s: the text never stands still", name);
    }
    free(file.text);
    close(fd);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);

    check_file(directory, "meminfo");
    check_file(directory, "cpuinfo");
    check_file(directory, "uptime");
    check_file(directory, "stat");
    return 0;
}
