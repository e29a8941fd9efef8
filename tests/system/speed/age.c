/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How old is a number when it is read?  Moves the memory limit of a cgroup, a page further each
 * time, and remembers when; meanwhile reads MemTotal, which says which of these limits was seen,
 * and so how long before the read it had been the last one.
 *
 *     age [--how open|kept|sendfile|mmap] [--threads N] [--seconds N] [--pause USEC] LIMIT MEMINFO
 *
 * LIMIT is memory.limit_in_bytes or memory.max of the reader's own cgroup.  Prints a line of
 * KEY=VALUE: times in microseconds, "jiffy" the kernel's clock tick, "late" how many numbers were
 * older than 10 ms and a jiffy when the read began.  --pause: of each thread between two reads;
 * none is a hammer. */

#include "tests/system/speed/access.h"
#include "tests/system/speed/shape.h"

#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define BASE_KIB (512L * 1024)
#define STEP_KIB 4 /* a page */
#define MOVES_MAX 1000000
#define MOVE_USEC 500
#define TICK_USEC 10000
#define THREADS_MAX 64
#define AGES_MAX 100000 /* microseconds told apart */

static int64_t moved[MOVES_MAX]; /* when that limit was surely in force, nanoseconds */
static atomic_uint last;         /* of them that is written down */
static atomic_bool over;
static atomic_ulong ages[AGES_MAX + 1], n_failed;
static int limit_fd;
static const char *meminfo;
static AccessHow how = ACCESS_OPEN;
static unsigned pause_usec;

static void
give_up(const char *what)
{
    perror(what);
    exit(2);
}

static int64_t
now_nsec(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void
move_to(unsigned number)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%ld", (BASE_KIB + (long)number * STEP_KIB) * 1024);

    if (pwrite(limit_fd, text, (size_t)len, 0) != len)
        give_up("cannot set the limit");
    moved[number] = now_nsec(CLOCK_MONOTONIC);
    atomic_store(&last, number);
}

static void *
move(void *data)
{
    (void)data;
    for (unsigned i = 1; !atomic_load(&over) && i < MOVES_MAX; i++) {
        move_to(i);
        (void)usleep(MOVE_USEC);
    }
    return NULL;
}

/* 0 while it is still the last one: then the read may have been quicker than the move. */
static int64_t
age_of(long long number, int64_t at)
{
    if ((unsigned)number >= atomic_load(&last))
        return 0;
    return at > moved[number + 1] ? at - moved[number + 1] : 0;
}

static void
read_once(const Access *access)
{
    char text[8192];
    int64_t began = now_nsec(CLOCK_MONOTONIC), age;
    ssize_t len = access_read(access, text, sizeof text - 1);
    long long number = -1;

    if (len > 0) {
        text[len] = '\0';
        number = shape_number(text, "MemTotal") - BASE_KIB;
    }
    if (number < 0 || number / STEP_KIB >= MOVES_MAX) {
        atomic_fetch_add(&n_failed, 1);
        return;
    }
    age = age_of(number / STEP_KIB, began) / 1000;
    atomic_fetch_add(&ages[age < AGES_MAX ? age : AGES_MAX], 1);
}

static void *
hammer(void *data)
{
    Access access;

    (void)data;
    if (!access_begin(&access, meminfo, how))
        give_up(meminfo);
    while (!atomic_load(&over)) {
        read_once(&access);
        if (pause_usec > 0)
            (void)usleep(pause_usec);
    }
    access_end(&access);
    return NULL;
}

static unsigned long
count_from(unsigned age)
{
    unsigned long n = 0;

    for (; age <= AGES_MAX; age++)
        n += ages[age];
    return n;
}

/* The age that no more than @share of the reads exceed. */
static unsigned
quantile(double share)
{
    unsigned long n = count_from(0), above = 0;
    unsigned age = AGES_MAX;

    while (age > 0 && (double)(above + ages[age]) <= share * (double)n)
        above += ages[age--];
    return age;
}

static void
report(void)
{
    struct timespec jiffy;
    unsigned allowed;

    (void)clock_getres(CLOCK_MONOTONIC_COARSE, &jiffy);
    allowed = TICK_USEC + (unsigned)(jiffy.tv_nsec / 1000);
    printf(
        "how=%s reads=%lu failed=%lu moves=%u jiffy=%ld p50=%u p99=%u p9999=%u max=%u late=%lu\n",
        access_name(how), count_from(0), n_failed, last, jiffy.tv_nsec / 1000, quantile(0.5),
        quantile(0.01), quantile(0.0001), quantile(0), count_from(allowed + 1));
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {{"how", required_argument, NULL, 'h'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"seconds", required_argument, NULL, 's'},
                                            {"pause", required_argument, NULL, 'p'},
                                            {NULL, 0, NULL, 0}};
    unsigned n_threads = 2, seconds = 2;
    pthread_t threads[THREADS_MAX], mover;
    int option;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        unsigned number = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;

        if (option == 'h' && access_how(optarg) != ACCESS_N)
            how = access_how(optarg);
        else if (option == 't' && number <= THREADS_MAX)
            n_threads = number;
        else if (option == 's')
            seconds = number;
        else if (option == 'p')
            pause_usec = number;
        else
            return 2;
    }
    if (argc - optind != 2)
        return 2;
    meminfo = argv[optind + 1];
    limit_fd = open(argv[optind], O_WRONLY | O_CLOEXEC);
    if (limit_fd < 0)
        give_up(argv[optind]);
    move_to(0);
    (void)usleep(3 * TICK_USEC); /* from now on nobody is shown what was before */
    if (pthread_create(&mover, NULL, move, NULL) != 0)
        give_up("pthread_create");
    for (unsigned i = 0; i < n_threads; i++)
        if (pthread_create(&threads[i], NULL, hammer, NULL) != 0)
            give_up("pthread_create");
    (void)sleep(seconds);
    atomic_store(&over, true);
    for (unsigned i = 0; i < n_threads; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_join(mover, NULL);
    report();
    return n_failed > 0;
}
