/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many containers, each of which reads five files once a second: what that costs the server.
 *
 *     crowd [--cgroup DIRECTORY]… [--write FILE=VALUE]… [--pread FILE]… [--seconds N] [--rounds N]
 *           COUNTS NAME=DIRECTORY[:PID]… [NAME=]
 *
 * A container is a process in a pid and a mount namespace of its own and in the cgroup crowd-N
 * below each DIRECTORY, into whose FILEs the VALUEs are written where it has them.  "%u" in a
 * contender's directory is N; its files are bound over ones of the container's own, as engines do.
 * While it is the turn of the one without a directory the containers are idle, and a process of our
 * own reads the FILEs of --pread in each one's cgroups once a second: what the numbers alone cost.
 * COUNTS, "1,100,1000", are measured one after the other, contender by contender.  Prints a line of
 * JSON for each. */

#include "tests/bench/crowd.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void
sleep_for(unsigned seconds)
{
    struct timespec left = {.tv_sec = seconds};

    while (nanosleep(&left, &left) != 0)
        ;
}

static void
measure(Crowd *crowd, unsigned contender, unsigned round)
{
    Contender *who = &crowd->contenders[contender];
    bool is_preads = *who->directory == '\0';
    CrowdBoard *board = crowd->board;
    uint64_t cpu, start;

    board->contender = contender;
    if (is_preads)
        who->server = crowd_preads_start(crowd);
    sleep_for(1); /* until all have changed over */
    memset(&board->times, 0, sizeof board->times);
    start = batch_now();
    cpu = contender_cpu(who);
    sleep_for(crowd->seconds);
    cpu = contender_cpu(who) - cpu;
    printf("{\"containers\": %u, \"contender\": \"%s\", \"round\": %u, \"p50\": %" PRIu64
           ", \"p99\": %" PRIu64 ", \"count\": %" PRIu64
           ", \"wanted\": %u, \"load\": %.5f, \"rss\": %" PRIu64 "}\n",
           crowd->n, who->name, round, histogram_quantile(&board->times, 500),
           histogram_quantile(&board->times, 990), board->times.count,
           crowd->n * CROWD_FILES * crowd->seconds, (double)cpu / (double)(batch_now() - start),
           contender_rss(who));
    (void)fflush(stdout);
    if (is_preads)
        crowd_preads_end(who->server);
}

static void
measure_all(Crowd *crowd, unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned i = 0; i < crowd->n_contenders; i++)
            measure(crowd, (i + round) % crowd->n_contenders, round);
}

static const struct option options[] = {
    {"cgroup", required_argument, NULL, 'g'}, {"write", required_argument, NULL, 'w'},
    {"pread", required_argument, NULL, 'p'},  {"seconds", required_argument, NULL, 's'},
    {"rounds", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0},
};

static void
usage(void)
{
    fputs("usage: crowd [--cgroup DIRECTORY]… [--write FILE=VALUE]… [--pread FILE]… [--seconds N]\n"
          "             [--rounds N] COUNTS NAME=DIRECTORY[:PID]… [NAME=]\n",
          stderr);
    exit(2);
}

/* Returns how many rounds. */
static unsigned
crowd_parse(Crowd *crowd, int argc, char **argv)
{
    unsigned rounds = 1;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == 'g' && crowd->n_cgroups < CROWD_WORDS)
            crowd->cgroups[crowd->n_cgroups++] = optarg;
        else if (option == 'w' && crowd->n_writes < CROWD_WORDS)
            crowd->writes[crowd->n_writes++] = optarg;
        else if (option == 'p' && crowd->n_preads < CROWD_WORDS)
            crowd->preads[crowd->n_preads++] = optarg;
        else if (option == 's')
            crowd->seconds = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'n')
            rounds = (unsigned)strtoul(optarg, NULL, 10);
        else
            usage();
    for (int i = optind + 1; i < argc && crowd->n_contenders < CROWD_WORDS; i++)
        crowd->contenders[crowd->n_contenders++] = contender_parse(argv[i]);
    if (crowd->n_contenders == 0 || crowd->n_cgroups == 0)
        usage();
    return rounds;
}

int
main(int argc, char **argv)
{
    Crowd crowd = {.seconds = 10};
    unsigned rounds = crowd_parse(&crowd, argc, argv);
    char *end = argv[optind];

    crowd.board =
        mmap(NULL, sizeof *crowd.board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crowd.board == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    for (char *text = argv[optind]; *text != '\0'; text = *end == ',' ? end + 1 : end) {
        crowd_grow(&crowd, (unsigned)strtoul(text, &end, 10));
        measure_all(&crowd, rounds);
        if (end == text)
            usage();
    }
    crowd_end(&crowd);
    return 0;
}
