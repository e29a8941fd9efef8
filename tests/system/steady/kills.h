/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When workers were killed, told by who kills them (strike) to who reads (steady): a file that both
 * map, also across the border of a container. */

#pragma once

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define KILLS_MAX 32000u

typedef struct {
    _Atomic uint32_t n;                /* the time of a kill is written first, then counted */
    _Atomic uint64_t times[KILLS_MAX]; /* steady_now() */
} Kills;

/* CLOCK_MONOTONIC in nanoseconds: the same in all containers but in a time namespace. */
static inline uint64_t
steady_now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Of who strikes: makes the file.  NULL and errno. */
static inline Kills *
kills_make(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    void *map = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof(Kills)) == 0)
        map = mmap(NULL, sizeof(Kills), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        (void)close(fd);
    return map == MAP_FAILED ? NULL : map;
}

/* Of who reads.  NULL and errno. */
static inline Kills *
kills_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(Kills), PROT_READ, MAP_SHARED, fd, 0);

    if (fd >= 0)
        (void)close(fd);
    return map == MAP_FAILED ? NULL : map;
}
