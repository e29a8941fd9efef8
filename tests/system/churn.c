/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes and ends containers while others read.
 *
 *     churn TREE COUNT CGROUP…
 *
 * Below each directory CGROUP, one for each hierarchy, COUNT cgroups are made (on a slow machine as
 * many as can be in 25 s), four at a time, each with one process in namespaces of its own that
 * reads every file of TREE until it is killed, which is soon.  Meanwhile eight processes, each in a
 * cgroup that stays, read every file too.  Those must never see an error; what a dying one may see
 * is ESTALE, ENOENT or ESRCH.
 *
 * Prints what happened, and the first error that must not be; exits with 1 then. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READERS 8
#define MAKERS 4
#define FILES_MAX 512
#define CGROUPS_MAX 16
#define LIFE_MAX_USEC 4000
#define MAKING_MAX_SECONDS 25
#define PAUSE_USEC 2000 /* of the readers, between two rounds: this is no benchmark */

/* Seen by all processes. */
typedef struct {
    atomic_uint next; /* the number of the next container */
    atomic_uint made;
    atomic_bool done;
    atomic_ulong reads, of_dying;
    atomic_uint wrong;
    char first_wrong[512];
} Shared;

static Shared *shared;
static char *files[FILES_MAX];
static unsigned n_files;
static char *const *cgroups;
static unsigned n_cgroups, count;

static void
die(const char *what)
{
    perror(what);
    exit(2);
}

static double
seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
add_file(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)walk;
    if (type == FTW_F && S_ISREG(st->st_mode) && (st->st_mode & 0004) && n_files < FILES_MAX)
        files[n_files++] = strdup(path);
    return 0;
}

static void
complain(const char *who, const char *path, int errsv)
{
    if (atomic_fetch_add(&shared->wrong, 1) == 0)
        (void)snprintf(shared->first_wrong, sizeof shared->first_wrong, "%s: %s: %s", who, path,
                       strerror(errsv));
}

/* What went wrong in @child it has printed. */
static void
wait_for(pid_t child, const char *who)
{
    int status = 0;

    if (waitpid(child, &status, 0) != child || status != 0)
        complain(who, "failed", ECHILD);
}

/* 0 or an errno. */
static int
read_file(const char *path)
{
    char buffer[16384];
    int fd = open(path, O_RDONLY | O_CLOEXEC), errsv = 0;
    ssize_t n;

    if (fd < 0)
        return errno;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        ;
    if (n < 0)
        errsv = errno;
    (void)close(fd);
    return errsv;
}

static void
path_of(char *ret, size_t size, unsigned hierarchy, const char *kind, unsigned number)
{
    (void)snprintf(ret, size, "%s/%s%u", cgroups[hierarchy], kind, number);
}

/* Makes the cgroup in all hierarchies and opens the files by which one joins. */
static void
make_cgroup(const char *kind, unsigned number, int *ret_fds)
{
    char path[4096], join[4200];

    for (unsigned i = 0; i < n_cgroups; i++) {
        path_of(path, sizeof path, i, kind, number);
        if (mkdir(path, 0755) != 0)
            die(path);
        /* A thread joins alone, which on v1 waits for nobody. */
        (void)snprintf(join, sizeof join, "%s/tasks", path);
        if (access(join, F_OK) != 0)
            (void)snprintf(join, sizeof join, "%s/cgroup.procs", path);
        ret_fds[i] = open(join, O_WRONLY | O_CLOEXEC);
        if (ret_fds[i] < 0)
            die(join);
    }
}

static void
join_cgroup(const int *fds)
{
    for (unsigned i = 0; i < n_cgroups; i++)
        if (write(fds[i], "0", 1) != 1)
            die("joining a cgroup");
}

static void
close_all(const int *fds)
{
    for (unsigned i = 0; i < n_cgroups; i++)
        (void)close(fds[i]);
}

static void
remove_cgroup(const char *kind, unsigned number)
{
    char path[4096];

    for (unsigned i = 0; i < n_cgroups; i++) {
        path_of(path, sizeof path, i, kind, number);
        for (int tries = 0; rmdir(path) != 0; tries++) {
            if (errno != EBUSY || tries == 1000)
                die(path);
            (void)usleep(1000); /* who was killed has not quite left */
        }
    }
}

/* Reads on until it is killed. */
static void
dying(unsigned number, const int *fds)
{
    unsigned seed = number;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    join_cgroup(fds);
    if (number % 3 != 0 && unshare(CLONE_NEWCGROUP) != 0)
        die("unshare");
    for (;;) {
        const char *path = files[(unsigned)rand_r(&seed) % n_files];
        int errsv = read_file(path);

        atomic_fetch_add(&shared->reads, 1);
        if (errsv == ESTALE || errsv == ENOENT || errsv == ESRCH)
            atomic_fetch_add(&shared->of_dying, 1);
        else if (errsv != 0)
            complain("a dying container", path, errsv);
    }
}

static void
one_container(unsigned number, unsigned *seed)
{
    int fds[CGROUPS_MAX];
    bool in_pid_namespace = number % 3 != 1;
    pid_t child;
    int status;

    make_cgroup("dying", number, fds);
    if (in_pid_namespace && unshare(CLONE_NEWPID) != 0)
        die("unshare");
    child = fork();
    if (child < 0)
        die("fork");
    if (child == 0)
        dying(number, fds);
    close_all(fds);
    (void)usleep((unsigned)rand_r(seed) % LIFE_MAX_USEC);
    (void)kill(child, SIGKILL);
    if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
        complain("a dying container", "ended by itself", ECHILD);
    remove_cgroup("dying", number);
}

/* A process may unshare the pid namespace of its children once: so each container has a maker. */
static void
maker(unsigned seed)
{
    double end = seconds() + MAKING_MAX_SECONDS;
    unsigned number;

    while (seconds() < end && (number = atomic_fetch_add(&shared->next, 1)) < count) {
        pid_t child = fork();

        if (child < 0)
            die("fork");
        if (child == 0) {
            seed += number;
            one_container(number, &seed);
            _exit(0);
        }
        wait_for(child, "a maker");
        atomic_fetch_add(&shared->made, 1);
    }
}

/* Lives on. */
static void
reader(const int *fds)
{
    join_cgroup(fds);
    while (!atomic_load(&shared->done)) {
        for (unsigned i = 0; i < n_files; i++) {
            int errsv = read_file(files[i]);

            atomic_fetch_add(&shared->reads, 1);
            if (errsv != 0)
                complain("a living container", files[i], errsv);
        }
        (void)usleep(PAUSE_USEC);
    }
}

static void
start_readers(pid_t *ret)
{
    int fds[CGROUPS_MAX];

    for (unsigned i = 0; i < READERS; i++) {
        make_cgroup("living", i, fds);
        ret[i] = fork();
        if (ret[i] == 0) {
            reader(fds);
            _exit(0);
        }
        close_all(fds);
    }
}

static void
run_makers(void)
{
    pid_t makers[MAKERS];

    for (unsigned i = 0; i < MAKERS; i++) {
        makers[i] = fork();
        if (makers[i] == 0) {
            maker(i);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < MAKERS; i++)
        wait_for(makers[i], "the makers");
}

int
main(int argc, char **argv)
{
    double start = seconds();
    pid_t readers[READERS];

    if (argc < 4 || argc > 3 + CGROUPS_MAX)
        return 2;
    count = (unsigned)atoi(argv[2]);
    cgroups = argv + 3;
    n_cgroups = (unsigned)argc - 3;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("mmap");
    if (nftw(argv[1], add_file, 16, FTW_PHYS) != 0 || n_files == 0)
        die(argv[1]);
    start_readers(readers);
    run_makers();
    atomic_store(&shared->done, true);
    for (unsigned i = 0; i < READERS; i++) {
        wait_for(readers[i], "a reader");
        remove_cgroup("living", i);
    }
    printf("%u containers, %u files, %lu reads, %lu refused to the dying, %u wrong, %.1f s\n",
           count, n_files, atomic_load(&shared->reads), atomic_load(&shared->of_dying),
           atomic_load(&shared->wrong), seconds() - start);
    if (atomic_load(&shared->wrong) > 0)
        printf("first: %s\n", shared->first_wrong);
    return atomic_load(&shared->wrong) > 0;
}
