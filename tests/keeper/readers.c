/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opens, reads and closes a file of the test's worker in several threads, and compares.
 *
 *     readers FILE SECONDS THREADS
 *
 * Prints "reads N errors N wrong N pause_p50_usec N pause_p99_usec N pause_max_usec N": a pause is
 * the longest that any of them waited in 200 ms. */

#include "tests/keeper/content.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WINDOW_NSEC UINT64_C(200000000)
#define WINDOWS_MAX 4096u

static const char *path;
static uint64_t began, duration;
static atomic_ulong reads, errors, wrong;
static _Atomic uint64_t longest[WINDOWS_MAX];

static uint64_t
now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
note_wait(uint64_t from)
{
    uint64_t to = now(), window = (to - began) / WINDOW_NSEC;
    _Atomic uint64_t *most = &longest[window < WINDOWS_MAX ? window : WINDOWS_MAX - 1];
    uint64_t before = atomic_load(most);

    while (to - from > before && !atomic_compare_exchange_weak(most, &before, to - from))
        ;
}

static bool
is_right(const char *bytes, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != content_at(from + i))
            return false;
    return true;
}

static void
read_once(void)
{
    char bytes[4096];
    size_t at = 0;
    ssize_t n = 0;
    int fd;
    uint64_t from = now();

    fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (n = read(fd, bytes, sizeof bytes)) > 0) {
        note_wait(from);
        from = now();
        if (!is_right(bytes, at, (size_t)n))
            atomic_fetch_add(&wrong, 1);
        at += (size_t)n;
    }
    if (fd < 0 || n < 0) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        atomic_fetch_add(&errors, 1);
    } else if (at != CONTENT_SIZE) {
        atomic_fetch_add(&wrong, 1);
    }
    if (fd >= 0)
        (void)close(fd);
    note_wait(from);
    atomic_fetch_add(&reads, 1);
}

static void *
run(void *data)
{
    (void)data;
    while (now() - began < duration)
        read_once();
    return NULL;
}

static int
compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

int
main(int argc, char **argv)
{
    unsigned n = argc == 4 ? (unsigned)atoi(argv[3]) : 0, windows;
    pthread_t threads[64];

    if (n == 0 || n > 64)
        return 2;
    path = argv[1];
    duration = (uint64_t)(atof(argv[2]) * 1e9);
    began = now();
    for (unsigned i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, run, NULL) != 0)
            return 1;
    for (unsigned i = 0; i < n; i++)
        (void)pthread_join(threads[i], NULL);
    windows = (unsigned)(duration / WINDOW_NSEC);
    windows = windows == 0 ? 1 : windows > WINDOWS_MAX ? WINDOWS_MAX : windows;
    qsort((void *)longest, windows, sizeof longest[0], compare);
    (void)printf("reads %lu errors %lu wrong %lu pause_p50_usec %llu pause_p99_usec %llu "
                 "pause_max_usec %llu\n",
                 reads, errors, wrong, (unsigned long long)longest[windows / 2] / 1000,
                 (unsigned long long)longest[windows * 99 / 100] / 1000,
                 (unsigned long long)longest[windows - 1] / 1000);
    return errors + wrong != 0;
}
