/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* meminfo: MemFree <= MemAvailable.  The kernel's own may break it: its reserves count as free but
 * not as available.  A container has no such reserves. */

#include "tests/conform/proc.h"

#include <inttypes.h>
#include <stdlib.h>

#define DURATION_MSEC 500

int
main(int argc, char **argv)
{
    const char *directory = directory_argument(argc, argv);
    uint64_t end = now_msec() + DURATION_MSEC;

    while (now_msec() < end) {
        ProcText meminfo = proc_read(directory, "meminfo");
        uint64_t unused = meminfo_get(meminfo.text, "MemFree");
        uint64_t available = meminfo_get(meminfo.text, "MemAvailable");

        expect(unused <= available, "MemFree %" PRIu64 " > MemAvailable %" PRIu64, unused,
               available);
        free(meminfo.text);
    }
    return 0;
}
