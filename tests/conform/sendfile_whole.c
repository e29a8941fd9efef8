/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* sendfile(2) copies the whole text: cat of busybox uses it, and stops at st_size. */

#include "tests/conform/proc.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* Numbers change between two reads, words and lines do not. */
static size_t
count_lines(const ProcText *file)
{
    size_t lines = 0;

    for (size_t i = 0; i < file->length; i++)
        lines += file->text[i] == '\n';
    return lines;
}

static void
check(const char *directory, const char *name)
{
    int in = proc_open(directory, name);
    int out = memfd_create(name, MFD_CLOEXEC);
    ProcText wanted = proc_read(directory, name), got;
    ssize_t n;

    while ((n = sendfile(out, in, NULL, 1 << 24)) > 0)
        ;
    expect(n == 0, "%s: sendfile: %m", name);
    got = proc_read_fd(out);
    expect(got.length > 0, "%s: sendfile copies nothing", name);
    expect(got.text[got.length - 1] == '\n', "%s: sendfile stops within a line", name);
    expect(count_lines(&got) == count_lines(&wanted), "%s: sendfile copies %zu of %zu lines", name,
           count_lines(&got), count_lines(&wanted));
    free(wanted.text);
    free(got.text);
    close(in);
    close(out);
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);

    check(directory, "meminfo");
    check(directory, "cpuinfo");
    check(directory, "uptime");
    check(directory, "stat");
    return 0;
}
