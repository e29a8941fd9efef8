/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/bench/server.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

Contender
contender_parse(char *argument)
{
    Contender contender = {.name = argument};
    char *equals = strchr(argument, '='), *colon = strrchr(argument, ':');

    if (!equals) {
        fprintf(stderr, "%s: not NAME=DIRECTORY[:PID]\n", argument);
        exit(2);
    }
    *equals = '\0';
    contender.directory = equals + 1;
    if (colon && colon > equals) {
        *colon = '\0';
        contender.server = (pid_t)strtol(colon + 1, NULL, 10);
    }
    return contender;
}

uint64_t
contender_cpu(const Contender *contender)
{
    struct timespec used;
    clockid_t clock;

    if (contender->server == 0 || clock_getcpuclockid(contender->server, &clock) != 0 ||
        clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

uint64_t
contender_rss(const Contender *contender)
{
    char line[256];
    uint64_t kib = 0;
    FILE *status;

    if (contender->server == 0)
        return 0;
    snprintf(line, sizeof line, "/proc/%d/status", contender->server);
    status = fopen(line, "re");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmRSS: %" SCNu64, &kib) == 1)
            break;
    if (status)
        (void)fclose(status);
    return kib;
}
