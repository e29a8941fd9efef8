/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads MemTotal from a file that stays open, changes the limit it comes from, and reads it again:
 *
 *     kept pread|sendfile|splice|shared|private FILE LIMIT_FILE BYTES
 *
 * prints both, in kB.  In between are 30 ms, in which what the kernel had of it must end.  All but
 * pread wait for a thread of the daemon's, which on a busy machine may not run in time: they look
 * for a second. */

#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

#define WAIT_NSEC 30000000L
#define LOOKS 33
#define TEXT_MAX 4096

static const char *mapped; /* of the two methods that map the file */

static ssize_t
read_by_pread(int fd, char *text)
{
    return pread(fd, text, TEXT_MAX, 0);
}

static ssize_t
read_and_close(const int *pipe_fds, char *text)
{
    ssize_t n = read(pipe_fds[0], text, TEXT_MAX);

    (void)close(pipe_fds[0]);
    (void)close(pipe_fds[1]);
    return n;
}

static ssize_t
read_by_sendfile(int fd, char *text)
{
    off_t offset = 0;
    int pipe_fds[2];

    if (pipe(pipe_fds) != 0 || sendfile(pipe_fds[1], fd, &offset, TEXT_MAX) < 0)
        return -1;
    return read_and_close(pipe_fds, text);
}

static ssize_t
read_by_splice(int fd, char *text)
{
    off_t offset = 0;
    int pipe_fds[2];

    if (pipe(pipe_fds) != 0 || splice(fd, &offset, pipe_fds[1], NULL, TEXT_MAX, 0) < 0)
        return -1;
    return read_and_close(pipe_fds, text);
}

static ssize_t
read_by_map(int fd, char *text, int flags)
{
    if (!mapped)
        mapped = mmap(NULL, TEXT_MAX, PROT_READ, flags, fd, 0);
    if (mapped == MAP_FAILED)
        return -1;
    memcpy(text, mapped, TEXT_MAX);
    return TEXT_MAX;
}

static ssize_t
read_by_shared_map(int fd, char *text)
{
    return read_by_map(fd, text, MAP_SHARED);
}

static ssize_t
read_by_private_map(int fd, char *text)
{
    return read_by_map(fd, text, MAP_PRIVATE);
}

static const struct {
    const char *name;
    ssize_t (*read)(int fd, char *text);
} methods[] = {
    {"pread", read_by_pread},       {"sendfile", read_by_sendfile},   {"splice", read_by_splice},
    {"shared", read_by_shared_map}, {"private", read_by_private_map},
};

static unsigned long
read_total(size_t method, int fd)
{
    char text[TEXT_MAX + 1] = "";
    ssize_t n = methods[method].read(fd, text);
    unsigned long total;

    if (n < 0)
        error(1, errno, "%s", methods[method].name);
    if (sscanf(text, "MemTotal: %lu kB", &total) != 1)
        error(1, 0, "no MemTotal in '%.40s'", text);
    return total;
}

int
main(int argc, char **argv)
{
    const struct timespec wait = {.tv_nsec = WAIT_NSEC};
    unsigned long before, after;
    size_t method = 0;
    int fd, limit, looks = 0;

    if (argc != 5)
        error(2, 0, "usage: kept METHOD FILE LIMIT_FILE BYTES");
    while (strcmp(methods[method].name, argv[1]) != 0)
        if (++method == sizeof methods / sizeof *methods)
            error(2, 0, "no such method: %s", argv[1]);
    fd = open(argv[2], O_RDONLY);
    limit = open(argv[3], O_WRONLY);
    if (fd < 0 || limit < 0)
        error(1, errno, "%s", fd < 0 ? argv[2] : argv[3]);
    before = read_total(method, fd);
    if (write(limit, argv[4], strlen(argv[4])) < 0)
        error(1, errno, "%s", argv[3]);
    do {
        (void)nanosleep(&wait, NULL);
        after = read_total(method, fd);
    } while (after == before && methods[method].read != read_by_pread && ++looks < LOOKS);
    printf("%lu\n%lu\n", before, after);
    return EXIT_SUCCESS;
}
