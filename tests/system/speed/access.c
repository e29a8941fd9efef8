/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/system/speed/access.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[ACCESS_N] = {"open", "kept", "sendfile", "mmap"};

AccessHow
access_how(const char *name)
{
    AccessHow how = 0;

    while (how < ACCESS_N && strcmp(names[how], name) != 0)
        how++;
    return how;
}

const char *
access_name(AccessHow how)
{
    return names[how];
}

static bool
map(Access *access)
{
    struct stat st;

    if (fstat(access->fd, &st) != 0)
        return false;
    access->map_len = (size_t)st.st_size;
    access->map = mmap(NULL, access->map_len, PROT_READ, MAP_PRIVATE, access->fd, 0);
    if (access->map == MAP_FAILED)
        access->map = NULL;
    return access->map != NULL;
}

bool
access_begin(Access *access, const char *path, AccessHow how)
{
    *access = (Access){.path = path, .how = how, .fd = -1, .sink = -1};
    if (how == ACCESS_OPEN)
        return true;
    access->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (access->fd < 0)
        return false;
    if (how == ACCESS_SENDFILE)
        access->sink = memfd_create("sink", MFD_CLOEXEC);
    return how == ACCESS_MMAP ? map(access) : how != ACCESS_SENDFILE || access->sink >= 0;
}

void
access_end(Access *access)
{
    if (access->map)
        (void)munmap((void *)access->map, access->map_len);
    if (access->sink >= 0)
        (void)close(access->sink);
    if (access->fd >= 0)
        (void)close(access->fd);
}

/* Asks once more at the end of the text, as all readers do: a text that has grown meanwhile would
 * show its tail there. */
static ssize_t
read_to_end(int fd, char *buf, size_t size)
{
    size_t len = 0;
    ssize_t n;

    while ((n = pread(fd, buf + len, size - len, (off_t)len)) > 0)
        len += (size_t)n;
    return n < 0 ? -errno : (ssize_t)len;
}

static ssize_t
open_and_read(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return -errno;
    n = read_to_end(fd, buf, size);
    (void)close(fd);
    return n;
}

static ssize_t
send_and_read(const Access *access, char *buf, size_t size)
{
    off_t from = 0;
    ssize_t n;

    if (ftruncate(access->sink, 0) != 0 || lseek(access->sink, 0, SEEK_SET) != 0)
        return -errno;
    while ((n = sendfile(access->sink, access->fd, &from, size)) > 0)
        ;
    return n < 0 ? -errno : read_to_end(access->sink, buf, size);
}

ssize_t
access_read(const Access *access, char *buf, size_t size)
{
    switch (access->how) {
    case ACCESS_OPEN:
        return open_and_read(access->path, buf, size);
    case ACCESS_KEPT:
        return read_to_end(access->fd, buf, size);
    case ACCESS_SENDFILE:
        return send_and_read(access, buf, size);
    default:
        if (access->map_len > size)
            return -EFBIG;
        memcpy(buf, access->map, access->map_len);
        return (ssize_t)access->map_len;
    }
}
