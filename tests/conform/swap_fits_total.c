/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* meminfo: SwapFree + SwapCached <= SwapTotal. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    ProcText meminfo = proc_read(directory_argument(argc, argv), "meminfo");
    uint64_t total = meminfo_get(meminfo.text, "SwapTotal");
    uint64_t unused = meminfo_get(meminfo.text, "SwapFree");
    uint64_t cached = meminfo_get(meminfo.text, "SwapCached");

    expect(unused + cached <= total,
           "SwapFree %" PRIu64 " + SwapCached %" PRIu64 " > SwapTotal %" PRIu64, unused, cached,
           total);
    free(meminfo.text);
    return 0;
}
