/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads files over and over in several threads, while something is done to who serves them, and
 * tells what was wrong with what it saw.
 *
 *     steady SECONDS THREADS FILE…
 *
 * Half of the threads read in pieces of 4 KiB, the others in single bytes.  "torn" are texts with a
 * NUL, or that do not end with a newline; "back" are counters that went back: the first number of
 * uptime, and those of the first line of stat.  These are compared by who reads them in one piece:
 * who takes single bytes from the kernel's page may find the end of a newer text behind the
 * beginning of an older one, and so a number that neither has (docs/ARCHITECTURE.md, "What the
 * kernel may keep").  A pause is the longest that any of them waited in 200 ms. */

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
#define TEXT_MAX (1u << 20)
#define COUNTERS 10
#define FILES_MAX 64

typedef struct {
    size_t piece;
    double last[FILES_MAX][COUNTERS];
    char *text;
} Reader;

static char **files;
static unsigned n_files;
static uint64_t began, duration;
static atomic_ulong reads, errors, torn, back;
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

/* How many bytes; negative: an error. */
static ssize_t
read_whole(Reader *reader, int fd)
{
    size_t len = 0;
    ssize_t n;

    do {
        uint64_t from = now();

        n = read(fd, reader->text + len, reader->piece);
        note_wait(from);
        len += n > 0 ? (size_t)n : 0;
    } while (n > 0 && len + reader->piece < TEXT_MAX);
    reader->text[len] = '\0';
    return n < 0 ? -1 : (ssize_t)len;
}

static bool
is_torn(const char *text, size_t len)
{
    return len == 0 || text[len - 1] != '\n' || memchr(text, '\0', len) != NULL;
}

static bool
ends_with(const char *path, const char *name)
{
    size_t n = strlen(path), m = strlen(name);

    return n >= m && strcmp(path + n - m, name) == 0;
}

/* The counters of files that have some, else 0 of them. */
static unsigned
counters_of(const char *path, const char *text, double ret[COUNTERS])
{
    double *c = ret;

    if (ends_with(path, "/uptime"))
        return sscanf(text, "%lf", c) == 1 ? 1 : 0;
    if (!ends_with(path, "/stat"))
        return 0;
    return sscanf(text, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", c, c + 1, c + 2, c + 3, c + 4, c + 5,
                  c + 6, c + 7) == 8
               ? 8
               : 0;
}

static void
compare_counters(Reader *reader, unsigned file)
{
    double found[COUNTERS];
    unsigned n = counters_of(files[file], reader->text, found);

    for (unsigned i = 0; i < n; i++) {
        if (found[i] < reader->last[file][i]) {
            (void)fprintf(stderr, "%s: counter %u went back from %.2f to %.2f\n", files[file], i,
                          reader->last[file][i], found[i]);
            atomic_fetch_add(&back, 1);
        }
        reader->last[file][i] = found[i];
    }
}

static void
read_once(Reader *reader, unsigned file)
{
    uint64_t from = now();
    int fd = open(files[file], O_RDONLY | O_CLOEXEC);
    ssize_t len = -1;

    note_wait(from);
    if (fd >= 0)
        len = read_whole(reader, fd);
    if (len < 0) {
        (void)fprintf(stderr, "%s: %s\n", files[file], strerror(errno));
        atomic_fetch_add(&errors, 1);
    } else if (is_torn(reader->text, (size_t)len)) {
        (void)fprintf(stderr, "%s: torn: %zd bytes\n", files[file], len);
        atomic_fetch_add(&torn, 1);
    } else if (reader->piece > 1) {
        compare_counters(reader, file);
    }
    if (fd >= 0)
        (void)close(fd);
    atomic_fetch_add(&reads, 1);
}

static void *
run(void *data)
{
    unsigned number = (unsigned)(uintptr_t)data;
    Reader *reader = calloc(1, sizeof *reader);

    reader->text = malloc(TEXT_MAX + 4096);
    reader->piece = number % 2 == 0 ? 4096 : 1;
    for (unsigned i = number; now() - began < duration; i++)
        read_once(reader, i % n_files);
    free(reader->text);
    free(reader);
    return NULL;
}

static int
compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static unsigned long long
pause_usec(unsigned windows, unsigned percent)
{
    unsigned i = windows * percent / 100;

    return longest[i < windows ? i : windows - 1] / 1000;
}

int
main(int argc, char **argv)
{
    unsigned n = argc > 3 ? (unsigned)atoi(argv[2]) : 0, windows;
    pthread_t threads[64];

    if (n == 0 || n > 64 || argc - 3 > FILES_MAX)
        return 2;
    files = argv + 3;
    n_files = (unsigned)argc - 3;
    duration = (uint64_t)(atof(argv[1]) * 1e9);
    began = now();
    for (unsigned i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)(uintptr_t)i) != 0)
            return 1;
    for (unsigned i = 0; i < n; i++)
        (void)pthread_join(threads[i], NULL);
    windows = (unsigned)(duration / WINDOW_NSEC);
    windows = windows == 0 ? 1 : windows > WINDOWS_MAX ? WINDOWS_MAX : windows;
    qsort((void *)longest, windows, sizeof longest[0], compare);
    (void)printf("reads %lu errors %lu torn %lu back %lu pause_p50_usec %llu pause_p99_usec %llu "
                 "pause_max_usec %llu\n",
                 reads, errors, torn, back, pause_usec(windows, 50), pause_usec(windows, 99),
                 pause_usec(windows, 100));
    return errors + torn + back != 0;
}
