/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What it costs to open, read to the end and close a file of /proc, from several directories in
 * turn, so that what disturbs the machine disturbs all alike.
 *
 *     read_latency ROUNDS PAUSE_MSEC NAME=DIRECTORY…
 *
 * Prints for each file and directory the median, the 99th percentile (microseconds) and the median
 * as a multiple of the first directory's. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PLACES_MAX 8

typedef struct {
    const char *name, *directory;
    uint64_t *nsec; /* one per round */
} Place;

static const char *const files[] = {"meminfo", "stat", "uptime", "cpuinfo"};

static uint64_t
now_nsec(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Nanoseconds; exits if the file cannot be read. */
static uint64_t
read_once(const char *path)
{
    static char buffer[1 << 16];
    uint64_t start = now_nsec();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        ;
    if (fd < 0 || n < 0) {
        perror(path);
        exit(1);
    }
    close(fd);
    return now_nsec() - start;
}

static int
compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void
measure(const char *file, Place *places, size_t n_places, size_t rounds, unsigned pause_msec)
{
    char path[4096];

    for (size_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < n_places; i++) {
            snprintf(path, sizeof path, "%s/%s", places[i].directory, file);
            usleep(pause_msec * 1000);
            places[i].nsec[round] = read_once(path);
        }
}

static void
report(const char *file, Place *places, size_t n_places, size_t rounds)
{
    for (size_t i = 0; i < n_places; i++) {
        qsort(places[i].nsec, rounds, sizeof *places[i].nsec, compare);
        printf("%-8s %-8s %9.1f %9.1f %8.2f\n", file, places[i].name,
               (double)places[i].nsec[rounds / 2] / 1000,
               (double)places[i].nsec[rounds * 99 / 100] / 1000,
               (double)places[i].nsec[rounds / 2] / (double)places[0].nsec[rounds / 2]);
    }
}

static size_t
places_parse(char **arguments, size_t count, size_t rounds, Place *places)
{
    for (size_t i = 0; i < count; i++) {
        char *equals = strchr(arguments[i], '=');

        if (equals == NULL)
            return 0;
        *equals = '\0';
        places[i] = (Place){arguments[i], equals + 1, calloc(rounds, sizeof(uint64_t))};
        if (places[i].nsec == NULL)
            return 0;
    }
    return count;
}

int
main(int argc, char **argv)
{
    Place places[PLACES_MAX];
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, n_places = 0;
    unsigned pause_msec = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

    if (rounds > 0 && argc > 3 && argc - 3 <= PLACES_MAX)
        n_places = places_parse(argv + 3, (size_t)argc - 3, rounds, places);
    if (n_places == 0) {
        fprintf(stderr, "usage: read_latency ROUNDS PAUSE_MSEC NAME=DIRECTORY…\n");
        return 2;
    }
    printf("%-8s %-8s %9s %9s %8s\n", "file", "of", "p50 us", "p99 us", "p50 / 1st");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        measure(files[i], places, n_places, 1 + rounds / 100, 0);
        measure(files[i], places, n_places, rounds, pause_msec);
        report(files[i], places, n_places, rounds);
    }
    for (size_t i = 0; i < n_places; i++)
        free(places[i].nsec);
    return 0;
}
