/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/io.h"

#include "common/error.h"
#include "common/fd.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define READ_FIRST 4096u /* most kernel texts fit; a seq_file hands out a page at a time */

int
io_open_at(int dirfd, const char *path, int flags, GError **error)
{
    int fd;

    do
        fd = openat(dirfd, path, flags | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        read_error_set_errno(error, errno, "cannot open %s", path);
    return fd;
}

static ssize_t
pread_retry(int fd, char *buf, size_t size, size_t offset)
{
    ssize_t n;

    do
        n = pread(fd, buf, size, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n;
}

/* A copy that is no longer than the text: most are a number, and some are kept. */
static char *
copy_of(const char *text, size_t len)
{
    char *copy = g_malloc(len + 1);

    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

/* A read that brings less than @last bytes, and less than it was asked for, is the last. */
static char *
read_fd(int fd, const char *name, size_t last, size_t *ret_len, GError **error)
{
    char first[READ_FIRST];
    size_t size = sizeof first, len = 0;
    g_autofree char *more = NULL; /* what does not fit there */

    for (;;) {
        size_t asked = size - len;
        ssize_t n = pread_retry(fd, (more ? more : first) + len, asked, len);

        if (n < 0) {
            read_error_set_errno(error, errno, "cannot read %s", name);
            return NULL;
        }
        len += (size_t)n;
        if (n == 0 || (size_t)n < MIN(last, asked))
            break;
        if (len < size)
            continue; /* proc and cgroup files may end a read early without being at their end */
        if (size >= IO_READ_MAX) {
            g_set_error(error, READ_ERROR, READ_ERROR_IO, "%s is longer than %u bytes", name,
                        IO_READ_MAX);
            return NULL;
        }
        more = g_realloc(more, size * 4);
        if (size == sizeof first)
            memcpy(more, first, len);
        size *= 4;
    }
    if (ret_len)
        *ret_len = len;
    return copy_of(more ? more : first, len);
}

char *
io_read_fd(int fd, const char *name, size_t *ret_len, GError **error)
{
    return read_fd(fd, name, 0, ret_len, error);
}

char *
io_read_at(int dirfd, const char *path, size_t *ret_len, GError **error)
{
    autofd fd = io_open_at(dirfd, path, O_RDONLY | O_NOCTTY, error);

    return fd < 0 ? NULL : read_fd(fd, path, 0, ret_len, error);
}

/* seq_file hands out as many records as fit a page (linux:fs/seq_file.c, seq_read_iter): if half a
 * page is left over and a record is never longer than that, there are no more. */
char *
io_read_records_fd(int fd, const char *name, size_t *ret_len, GError **error)
{
    return read_fd(fd, name, IO_RECORD_MAX, ret_len, error);
}

char *
io_read_records_at(int dirfd, const char *path, size_t *ret_len, GError **error)
{
    autofd fd = io_open_at(dirfd, path, O_RDONLY | O_NOCTTY, error);

    return fd < 0 ? NULL : read_fd(fd, path, IO_RECORD_MAX, ret_len, error);
}

/* The whole of it is one record, and seq_file hands out as much of that as fits. */
char *
io_read_record_fd(int fd, const char *name, size_t *ret_len, GError **error)
{
    return read_fd(fd, name, IO_READ_MAX, ret_len, error);
}

bool
io_write_at(int dirfd, const char *path, const char *text, GError **error)
{
    autofd fd = io_open_at(dirfd, path, O_WRONLY | O_NOCTTY, error);
    size_t len = strlen(text);
    ssize_t n;

    if (fd < 0)
        return false;
    do
        n = write(fd, text, len);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        read_error_set_errno(error, errno, "cannot write '%s' to %s", text, path);
        return false;
    }
    if ((size_t)n != len) {
        g_set_error(error, READ_ERROR, READ_ERROR_IO, "only %zd bytes of '%s' written to %s", n,
                    text, path);
        return false;
    }
    return true;
}

bool
io_write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}
