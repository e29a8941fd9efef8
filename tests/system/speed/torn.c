/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads files from many threads, in all ways, and looks at each text: whole, of the length it
 * always had, of the shape it always had, without a NUL, and no contradiction in it.
 *
 *     torn [--threads N] [--reads N] [--seconds N] [--total KIB]… [--unchecked] [--any-length]
 * FILE…
 *
 * --total: what MemTotal may be.  --unchecked: only to keep the server busy.  A file is read as it
 * is found: the first look at each, made before the threads begin, says what it looks like; where
 * that look finds st_size to be the length, the length must stay as well, unless --any-length: a
 * file that others have open, too, is served without blanks.  Prints what was read, and the first
 * text that was wrong; exits with 1 then. */

#include "tests/system/speed/access.h"
#include "tests/system/speed/shape.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define TEXT_MAX 65536
#define FILES_MAX 64
#define TOTALS_MAX 8
#define THREADS_MAX 256
#define SHARE 64 /* reads that a thread takes at once */

typedef struct {
    const char *path, *name;
    char *shape;
    size_t shape_len;
    ssize_t len; /* -1: not always the same */
} File;

static File files[FILES_MAX];
static unsigned n_files;
static long long totals[TOTALS_MAX];
static unsigned n_totals;
static bool unchecked, any_length;
static unsigned long reads_wanted = ULONG_MAX / 2, seconds; /* 0: no limit */
static struct timespec until;
static atomic_ulong taken, n_read, n_refused, n_failed, n_wrong;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what is printed */

static void
give_up(const char *what)
{
    perror(what);
    exit(2);
}

static void
complain(const File *file, AccessHow how, const char *what, const char *text, size_t len)
{
    (void)pthread_mutex_lock(&lock);
    if (atomic_fetch_add(&n_wrong, 1) == 0) {
        printf("%s, read by %s: %s\n", file->path, access_name(how), what);
        (void)fwrite(text, 1, len, stdout);
        (void)fflush(stdout);
    }
    (void)pthread_mutex_unlock(&lock);
}

static bool
is_allowed_total(const char *text)
{
    long long total = shape_number(text, "MemTotal");

    for (unsigned i = 0; i < n_totals; i++)
        if (totals[i] == total)
            return true;
    return n_totals == 0;
}

/* NULL, or what is wrong with @text, behind which there is a NUL. */
static const char *
fault_of(const File *file, const char *text, size_t len)
{
    char shape[TEXT_MAX];
    size_t shape_len;

    if (len == 0)
        return file->shape_len > 0 ? "it is empty" : NULL;
    if (memchr(text, '\0', len))
        return "there is a NUL in it";
    if (text[len - 1] != '\n')
        return "it does not end with a newline";
    if (file->len >= 0 && file->len != (ssize_t)len)
        return "its length is another";
    shape_len = shape_of(text, len, shape);
    if (shape_len != file->shape_len || memcmp(shape, file->shape, shape_len) != 0)
        return "it looks otherwise";
    if (strcmp(file->name, "meminfo") == 0 && !is_allowed_total(text))
        return "this MemTotal is nobody's";
    return shape_contradiction(file->name, text);
}

static void
look_first(File *file, const char *path)
{
    Access access;
    struct stat st;
    char text[TEXT_MAX];
    ssize_t len;

    if (!access_begin(&access, path, ACCESS_OPEN) || stat(path, &st) != 0)
        give_up(path);
    len = access_read(&access, text, sizeof text);
    if (len < 0)
        give_up(path);
    access_end(&access);
    *file = (File){.path = path, .name = basename(strdup(path)), .shape = malloc((size_t)len + 1)};
    file->len = st.st_size == len && !any_length ? len : -1;
    file->shape_len = shape_of(text, (size_t)len, file->shape);
}

static bool
is_late(void)
{
    struct timespec now;

    if (seconds == 0)
        return false;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > until.tv_sec ||
           (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec);
}

static bool
is_over(unsigned long *left)
{
    if (*left == 0) {
        *left = SHARE;
        if (atomic_fetch_add(&taken, SHARE) >= reads_wanted)
            return true;
    }
    (*left)--;
    return is_late();
}

/* A text of several pages is not to be had in every way: EINVAL, and the program reads it. */
static void
read_one(const File *file, const Access *access)
{
    char text[TEXT_MAX];
    ssize_t len = access_read(access, text, sizeof text - 1);
    const char *fault;

    if (len == -EINVAL && access->how == ACCESS_SENDFILE) {
        atomic_fetch_add(&n_refused, 1);
        return;
    }
    if (len < 0) {
        if (atomic_fetch_add(&n_failed, 1) == 0)
            fprintf(stderr, "%s, read by %s: %s\n", file->path, access_name(access->how),
                    strerror((int)-len));
        return;
    }
    atomic_fetch_add(&n_read, 1);
    text[len] = '\0';
    fault = unchecked ? NULL : fault_of(file, text, (size_t)len);
    if (fault)
        complain(file, access->how, fault, text, (size_t)len);
}

static void *
run(void *data)
{
    uint64_t random = 88172645463325252u * (1 + (uintptr_t)data);
    static const AccessHow hows[] = {ACCESS_OPEN, ACCESS_KEPT, ACCESS_SENDFILE};
    enum { N_HOWS = sizeof hows / sizeof hows[0] };
    Access accesses[FILES_MAX][N_HOWS];
    unsigned long left = 0;

    for (unsigned i = 0; i < n_files; i++)
        for (unsigned how = 0; how < N_HOWS; how++)
            if (!access_begin(&accesses[i][how], files[i].path, hows[how]))
                give_up(files[i].path);
    while (!is_over(&left)) {
        unsigned which, how;

        random ^= random << 13; /* xorshift */
        random ^= random >> 7;
        random ^= random << 17;
        which = (unsigned)(random >> 32) % n_files;
        how = (unsigned)random / 7 % 8; /* one in four is not open, read, close */
        read_one(&files[which], &accesses[which][how < N_HOWS ? how : 0]);
    }
    for (unsigned i = 0; i < n_files; i++)
        for (unsigned how = 0; how < N_HOWS; how++)
            access_end(&accesses[i][how]);
    return NULL;
}

/* Each thread has each file open in several ways. */
static void
allow_many_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static unsigned
parse_options(int argc, char **argv)
{
    static const struct option options[] = {{"threads", required_argument, NULL, 't'},
                                            {"reads", required_argument, NULL, 'r'},
                                            {"seconds", required_argument, NULL, 's'},
                                            {"total", required_argument, NULL, 'm'},
                                            {"unchecked", no_argument, NULL, 'u'},
                                            {"any-length", no_argument, NULL, 'l'},
                                            {NULL, 0, NULL, 0}};
    unsigned n_threads = 8;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        unsigned long number = optarg ? strtoul(optarg, NULL, 10) : 0;

        if (option == 't' && number <= THREADS_MAX)
            n_threads = (unsigned)number;
        else if (option == 'r')
            reads_wanted = number;
        else if (option == 's')
            seconds = number;
        else if (option == 'm' && n_totals < TOTALS_MAX)
            totals[n_totals++] = (long long)number;
        else if (option == 'u')
            unchecked = true;
        else if (option == 'l')
            any_length = true;
        else
            exit(2);
    }
    return n_threads;
}

int
main(int argc, char **argv)
{
    unsigned n_threads = parse_options(argc, argv);
    pthread_t threads[THREADS_MAX];

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    allow_many_files();
    for (int i = optind; i < argc && n_files < FILES_MAX; i++)
        look_first(&files[n_files++], argv[i]);
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    for (uintptr_t i = 0; i < n_threads; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)i) != 0)
            give_up("pthread_create");
    for (unsigned i = 0; i < n_threads; i++)
        (void)pthread_join(threads[i], NULL);
    printf("read %lu refused %lu failed %lu wrong %lu\n", n_read, n_refused, n_failed, n_wrong);
    return n_failed > 0 || n_wrong > 0;
}
