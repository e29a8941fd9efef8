/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* meminfo: each part, and the sum of parts that exclude one another, fits into MemTotal. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdlib.h>

#define DURATION_MSEC 500

static void
check(const char *text)
{
    static const char *const parts[] = {"MemFree", "Buffers", "Cached", "AnonPages", "Slab"};
    static const char *const others[] = {"MemAvailable", "Active",       "Inactive",  "Mapped",
                                         "Shmem",        "SReclaimable", "SUnreclaim"};
    uint64_t total = meminfo_get(text, "MemTotal");
    uint64_t sum = 0;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sum += meminfo_get(text, parts[i]);
    expect(sum <= total,
           "MemFree + Buffers + Cached + AnonPages + Slab = %" PRIu64 " > MemTotal %" PRIu64, sum,
           total);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        uint64_t value = meminfo_get(text, others[i]);

        expect(value <= total, "%s %" PRIu64 " > MemTotal %" PRIu64, others[i], value, total);
    }
}

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    uint64_t end = now_msec() + DURATION_MSEC;

    while (now_msec() < end) {
        ProcText meminfo = proc_read(directory, "meminfo");

        check(meminfo.text);
        free(meminfo.text);
    }
    return 0;
}
