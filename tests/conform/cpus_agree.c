/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cpuinfo, stat and cpu/online speak of the same CPUs, numbered in the same way. */

#include "tests/conform/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned
check_cpuinfo(const char *text, const bool *online)
{
    unsigned count = 0;

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        unsigned long number;

        line += *line == '\n';
        if (strncmp(line, "processor\t:", 11) != 0)
            continue;
        number = strtoul(line + 11, NULL, 10);
        expect(number < 4096 && online[number], "cpuinfo has CPU %lu, cpu/online not", number);
        count++;
    }
    return count;
}

static unsigned
check_stat(const char *text, const bool *online)
{
    unsigned count = 0;
    uint64_t value;
    char key[32];

    for (unsigned cpu = 0; cpu < 4096; cpu++) {
        snprintf(key, sizeof key, "cpu%u", cpu);
        if (stat_get(text, key, &value, 1) == 0)
            continue;
        expect(online[cpu], "stat has CPU %u, cpu/online not", cpu);
        count++;
    }
    return count;
}

int
main(int argc, char **argv)
{
    static bool online[4096];
    const char *directory = directory_argument(argc, argv);
    ProcText list = proc_read(directory, "../sys/devices/system/cpu/online");
    ProcText cpuinfo = proc_read(directory, "cpuinfo");
    ProcText stat = proc_read(directory, "stat");
    unsigned count = list_expand(list.text, online, 4096), n;

    expect(count >= 1, "cpu/online is empty");
    n = check_cpuinfo(cpuinfo.text, online);
    expect(n == count, "cpuinfo has %u CPUs, cpu/online %u", n, count);
    n = check_stat(stat.text, online);
    expect(n == count, "stat has %u CPUs, cpu/online %u", n, count);
    free(list.text);
    free(cpuinfo.text);
    free(stat.text);
    return 0;
}
