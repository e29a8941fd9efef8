/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"

#include <sys/resource.h>

unsigned
fd_percent(uint64_t limit, unsigned percent, unsigned max)
{
    /* Of more than that one percent is @max already, and nothing overflows. */
    uint64_t most = UINT64_C(100) * max;
    uint64_t n = (limit < most ? limit : most) * percent / 100;

    return n < 1 ? 1 : n > max ? max : (unsigned)n;
}

unsigned
fd_percent_of_limit(unsigned percent, unsigned max)
{
    struct rlimit files;

    return getrlimit(RLIMIT_NOFILE, &files) == 0 ? fd_percent(files.rlim_cur, percent, max) : max;
}
