/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What it costs to read files, of several contenders in turn, so that what disturbs the machine
 * disturbs all alike.  Prints a line of JSON for each batch: durations in nanoseconds, "cpu" the
 * nanoseconds that the contender's server ran for each read. */

#include "tests/bench/batch.h"
#include "tests/bench/server.h"

#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LIST_MAX 16
#define CONTENDERS_MAX 16

typedef struct {
    char *items[LIST_MAX];
    unsigned n;
} List;

typedef struct {
    List files;   /* "all": in turn */
    List readers; /* numbers */
    List operations;
    Contender contenders[CONTENDERS_MAX];
    unsigned n_contenders, rounds, msec, reads, pause_usec;
    const char *members; /* of JSON, put into each line */
    bool pid_namespace;
} Plan;

/* Who reads is a process of its own, in the pid namespace of a container if that is wanted: from in
 * there a server's CPU time could not be asked for.  Both see this. */
typedef struct {
    Batch batch;
    BatchResult result;
} Shared;

typedef struct {
    Shared *shared;
    int to_reader, from_reader;
} Desk;

static const char *const all_files[] = {"meminfo", "stat", "cpuinfo", "uptime", "loadavg"};

static void
give_up(const char *what)
{
    perror(what);
    exit(1);
}

static List
list_parse(char *text)
{
    List list = {.n = 0};

    for (char *item = strtok(text, ","); item && list.n < LIST_MAX; item = strtok(NULL, ","))
        list.items[list.n++] = item;
    return list;
}

static void
batch_add_path(Batch *batch, const char *directory, const char *file)
{
    snprintf(batch->paths[batch->n_paths++], BATCH_PATH, "%s/%s", directory, file);
}

static void
batch_set_files(Batch *batch, const char *directory, const char *file)
{
    batch->n_paths = 0;
    if (strcmp(file, "all") != 0)
        batch_add_path(batch, directory, file);
    else
        for (unsigned i = 0; i < sizeof all_files / sizeof *all_files; i++)
            batch_add_path(batch, directory, all_files[i]);
}

static void
serve_desk(Shared *shared, int in, int out)
{
    char word;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(in, &word, 1) == 1) {
        batch_run(&shared->batch, &shared->result);
        if (write(out, &word, 1) != 1)
            break;
    }
    exit(0);
}

static Desk
desk_open(bool pid_namespace)
{
    Desk desk = {.shared = mmap(NULL, sizeof *desk.shared, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0)};
    int to[2], from[2];
    pid_t child;

    if (desk.shared == MAP_FAILED || pipe(to) < 0 || pipe(from) < 0)
        give_up("readers");
    if (pid_namespace && unshare(CLONE_NEWPID) < 0)
        give_up("unshare");
    child = fork();
    if (child < 0)
        give_up("fork");
    desk.to_reader = to[1];
    desk.from_reader = from[0];
    if (child == 0) {
        (void)close(to[1]);
        (void)close(from[0]);
        serve_desk(desk.shared, to[0], from[1]);
    }
    (void)close(to[0]);
    (void)close(from[1]);
    return desk;
}

static void
desk_run(const Desk *desk)
{
    char word = 0;

    if (write(desk->to_reader, &word, 1) != 1 || read(desk->from_reader, &word, 1) != 1)
        exit(1); /* the reader has said why */
}

static void
print_result(const Plan *plan, const Contender *contender, const BatchResult *result, uint64_t cpu)
{
    uint64_t timed = result->times.count;

    printf("\"contender\": \"%s\", \"p50\": %" PRIu64 ", \"p99\": %" PRIu64
           ", \"rate\": %.0f, \"count\": %" PRIu64 ", \"cpu\": %.0f, \"rss\": %" PRIu64 "%s}\n",
           contender->name, histogram_quantile(&result->times, 500),
           histogram_quantile(&result->times, 990), (double)timed * 1e9 / (double)result->nsec,
           timed, (double)cpu / (double)result->reads, contender_rss(contender), plan->members);
    (void)fflush(stdout);
}

/* One batch of each contender. */
static void
run_contenders(const Plan *plan, const Desk *desk, const char *file, unsigned round)
{
    Batch *batch = &desk->shared->batch;

    for (unsigned i = 0; i < plan->n_contenders; i++) {
        /* Nobody is always the first. */
        const Contender *contender = &plan->contenders[(i + round) % plan->n_contenders];
        uint64_t cpu = contender_cpu(contender);

        batch_set_files(batch, contender->directory, file);
        desk_run(desk);
        cpu = contender_cpu(contender) - cpu;
        printf("{\"file\": \"%s\", \"operation\": \"%s\", \"readers\": %u, \"round\": %u, ", file,
               batch->operation == BATCH_OPEN ? "open" : "pread", batch->readers, round);
        print_result(plan, contender, &desk->shared->result, cpu);
    }
}

static void
run_round(const Plan *plan, const Desk *desk, unsigned round)
{
    Batch *batch = &desk->shared->batch;

    batch->msec = plan->msec;
    batch->reads = plan->reads;
    batch->pause_usec = plan->pause_usec;
    for (unsigned r = 0; r < plan->readers.n; r++)
        for (unsigned o = 0; o < plan->operations.n; o++)
            for (unsigned f = 0; f < plan->files.n; f++) {
                batch->readers = (unsigned)strtoul(plan->readers.items[r], NULL, 10);
                batch->operation =
                    strcmp(plan->operations.items[o], "pread") == 0 ? BATCH_PREAD : BATCH_OPEN;
                run_contenders(plan, desk, plan->files.items[f], round);
            }
}

static const struct option options[] = {
    {"files", required_argument, NULL, 'f'},      {"readers", required_argument, NULL, 'r'},
    {"operations", required_argument, NULL, 'o'}, {"rounds", required_argument, NULL, 'n'},
    {"msec", required_argument, NULL, 'm'},       {"reads", required_argument, NULL, 'c'},
    {"pause-usec", required_argument, NULL, 'p'}, {"members", required_argument, NULL, 'j'},
    {"pid-namespace", no_argument, NULL, 'N'},    {NULL, 0, NULL, 0},
};

static void
usage(void)
{
    fputs("usage: readers [--files LIST] [--readers LIST] [--operations open,pread] [--rounds N]\n"
          "               [--msec N] [--reads N] [--pause-usec N] [--members JSON]\n"
          "               [--pid-namespace] NAME=DIRECTORY[:PID]…\n",
          stderr);
    exit(2);
}

static void
plan_take(Plan *plan, int option)
{
    switch (option) {
    case 'f':
        plan->files = list_parse(optarg);
        break;
    case 'r':
        plan->readers = list_parse(optarg);
        break;
    case 'o':
        plan->operations = list_parse(optarg);
        break;
    case 'n':
        plan->rounds = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'm':
        plan->msec = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'c':
        plan->reads = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'p':
        plan->pause_usec = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'j':
        plan->members = optarg;
        break;
    case 'N':
        plan->pid_namespace = true;
        break;
    default:
        usage();
    }
}

int
main(int argc, char **argv)
{
    static char files[] = "meminfo,stat,cpuinfo,uptime,loadavg", readers[] = "1", open_[] = "open";
    Plan plan = {.rounds = 1, .msec = 60, .members = ""};
    int option;
    Desk desk;

    plan.files = list_parse(files);
    plan.readers = list_parse(readers);
    plan.operations = list_parse(open_);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        plan_take(&plan, option);
    while (optind < argc && plan.n_contenders < CONTENDERS_MAX)
        plan.contenders[plan.n_contenders++] = contender_parse(argv[optind++]);
    if (plan.n_contenders == 0 || optind < argc)
        usage();
    desk = desk_open(plan.pid_namespace);
    for (unsigned round = 0; round < plan.rounds; round++)
        run_round(&plan, &desk, round);
    return 0;
}
