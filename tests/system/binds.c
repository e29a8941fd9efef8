/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Binds the files of a tree over those of /proc, takes the binds away and makes them again, as many
 * times as it is told, from one thread as engines do it.
 *
 *     binds DIRECTORY TIMES FILE… */

#include <errno.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

static int
fail(const char *what, const char *path)
{
    (void)fprintf(stderr, "%s %s: %s %d\n", what, path, strerror(errno), (int)syscall(186));
    return 1;
}

static int
bind_one(const char *directory, const char *file, int is_bound)
{
    char from[4096], to[4096];

    (void)snprintf(from, sizeof from, "%s/%s", directory, file);
    (void)snprintf(to, sizeof to, "/proc/%s", file);
    if (is_bound && umount2(to, 0) != 0)
        return fail("cannot unmount", to);
    if (mount(from, to, NULL, MS_BIND, NULL) != 0)
        return fail("cannot bind", from);
    return 0;
}

int
main(int argc, char **argv)
{
    int times = argc > 3 ? atoi(argv[2]) : 0;

    for (int i = 0; i < times; i++)
        for (int file = 3; file < argc; file++)
            if (bind_one(argv[1], argv[file], i > 0) != 0)
                return 1;
    return times > 0 ? 0 : 2;
}
