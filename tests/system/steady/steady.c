/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads files over and over in several threads, while something is done to who serves them, and
 * tells what was wrong with what it saw.
 *
 *     steady [--kills FILE] SECONDS THREADS FILE…
 *
 * Half of the threads read in pieces of 4 KiB, the others in single bytes: "reads" are read(2), and
 * "texts" what was read from open to close.  What cannot be read at the beginning, or is empty, is
 * left out.  "torn" and "back" are told in texts.h.  Texts are compared by who reads them in one
 * piece: who takes single bytes from the kernel's page may find the end of a newer text behind the
 * beginning of an older one, and so a number that neither has (docs/ARCHITECTURE.md, "What the
 * kernel may keep").  "hung" are threads whose read does not come back within a minute after the
 * others. */

#include "tests/system/steady/kills.h"
#include "tests/system/steady/pauses.h"
#include "tests/system/steady/texts.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (1u << 20)
#define FILES_MAX 256
#define THREADS_MAX 64
#define HUNG_SECONDS 60
#define LARGE                                                                                      \
    256 /* bytes: most files are of a few, so every other text that is read is one of these */

typedef struct {
    size_t piece;
    TextsSeen seen[FILES_MAX];
    char *text;
} Reader;

static char **files;
static unsigned n_files, n_large;
static uint64_t began, duration;
static atomic_ulong texts, reads, errors, torn, back;

static bool
is_over(void)
{
    return steady_now() - began >= duration;
}

/* How many bytes; negative: an error.  *ret_whole: to the end, else the time is over. */
static ssize_t
read_whole(Reader *reader, int fd, bool *ret_whole)
{
    size_t len = 0;
    unsigned long calls = 0;
    ssize_t n;

    do {
        uint64_t from = steady_now();

        n = read(fd, reader->text + len, reader->piece);
        pauses_note(from, steady_now());
        len += n > 0 ? (size_t)n : 0;
        calls++;
    } while (n > 0 && len + reader->piece < TEXT_MAX && !is_over());
    reader->text[len] = '\0';
    atomic_fetch_add(&reads, calls);
    *ret_whole = n == 0;
    return n < 0 ? -1 : (ssize_t)len;
}

static void
read_once(Reader *reader, unsigned file)
{
    uint64_t from = steady_now();
    int fd = open(files[file], O_RDONLY | O_CLOEXEC);
    ssize_t len = -1;
    bool is_whole = false;

    pauses_note(from, steady_now());
    if (fd >= 0)
        len = read_whole(reader, fd, &is_whole);
    if (len < 0) {
        (void)fprintf(stderr, "%s: %s\n", files[file], strerror(errno));
        atomic_fetch_add(&errors, 1);
    } else if (!is_whole) {
        /* nothing can be said of it */
    } else if (texts_is_torn(reader->text, (size_t)len)) {
        (void)fprintf(stderr, "%s: torn: %zd bytes\n", files[file], len);
        atomic_fetch_add(&torn, 1);
    } else if (reader->piece > 1) {
        atomic_fetch_add(
            &back, texts_went_back(files[file], reader->text, &reader->seen[file], steady_now()));
    }
    if (fd >= 0)
        (void)close(fd);
    atomic_fetch_add(&texts, 1);
}

static unsigned
choose(unsigned i)
{
    return i % 2 == 0 || n_large == 0 ? i / 2 % n_files : i / 2 % n_large;
}

static void *
run(void *data)
{
    unsigned number = (unsigned)(uintptr_t)data;
    Reader *reader = calloc(1, sizeof *reader);

    reader->text = malloc(TEXT_MAX + 4096);
    reader->piece = number % 2 == 0 ? 4096 : 1;
    for (unsigned i = number; !is_over(); i++)
        read_once(reader, choose(i));
    free(reader->text);
    free(reader);
    return NULL;
}

/* Waits for them; how many do not come. */
static unsigned
join(const pthread_t *threads, unsigned n)
{
    struct timespec until;
    unsigned hung = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(duration / 1000000000) + HUNG_SECONDS;
    for (unsigned i = 0; i < n; i++)
        hung += pthread_timedjoin_np(threads[i], NULL, &until) != 0;
    return hung;
}

/* 0 if it cannot be read. */
static size_t
length_of(const char *path)
{
    char text[LARGE];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);

    if (fd >= 0)
        (void)close(fd);
    return n > 0 ? (size_t)n : 0;
}

/* Nobody is struck yet.  The large ones are brought to the front. */
static void
choose_files(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < n_files; i++) {
        size_t len = length_of(files[i]);
        char *file = files[i];

        if (len == 0)
            continue;
        files[n++] = file;
        if (len < LARGE)
            continue;
        files[n - 1] = files[n_large];
        files[n_large++] = file;
    }
    n_files = n;
    (void)printf("files %u\n", n);
    (void)fflush(stdout); /* they may be struck from now on */
}

static unsigned
read_in(unsigned n)
{
    pthread_t threads[THREADS_MAX];

    for (unsigned i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)(uintptr_t)i) != 0)
            exit(1);
    return join(threads, n);
}

int
main(int argc, char **argv)
{
    bool has_kills = argc > 2 && strcmp(argv[1], "--kills") == 0;
    char **rest = argv + (has_kills ? 3 : 1);
    unsigned n, hung;

    n_files = argc > rest - argv + 2 ? (unsigned)(argc - (rest - argv) - 2) : 0;
    n = n_files ? (unsigned)atoi(rest[1]) : 0;
    if (n == 0 || n > THREADS_MAX || n_files > FILES_MAX)
        return 2;
    if (!pauses_open(has_kills ? argv[2] : NULL)) {
        perror(argv[2]);
        return 2;
    }
    files = rest + 2;
    choose_files();
    if (n_files == 0)
        return 2;
    duration = (uint64_t)(atof(rest[0]) * 1e9);
    began = steady_now();
    hung = read_in(n);
    (void)printf("texts %lu reads %lu errors %lu torn %lu back %lu hung %u ", texts, reads, errors,
                 torn, back, hung);
    pauses_print();
    (void)fflush(stdout);
    _exit(errors + torn + back + hung != 0); /* threads that hang keep nobody waiting */
}
