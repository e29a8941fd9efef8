/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The ways in which programs read a small file: each takes another path through the kernel's page
 * cache. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef enum {
    ACCESS_OPEN,     /* open, read to the end, close */
    ACCESS_KEPT,     /* pread of a file kept open, as top does */
    ACCESS_SENDFILE, /* of a file kept open, as busybox does */
    ACCESS_MMAP,     /* of a mapping kept, which asks nobody once the page is there */
    ACCESS_N,
} AccessHow;

typedef struct {
    const char *path; /* borrowed */
    AccessHow how;
    int fd, sink; /* -1: none */
    const char *map;
    size_t map_len;
} Access;

/* ACCESS_N if there is no such @name: "open", "kept", "sendfile", "mmap". */
AccessHow access_how(const char *name);
const char *access_name(AccessHow how);

/* False and errno. */
bool access_begin(Access *access, const char *path, AccessHow how);
void access_end(Access *access);

/* The whole text, at most @size bytes; its length, or -errno. */
ssize_t access_read(const Access *access, char *buf, size_t size);
