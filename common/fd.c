/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"

#include <sys/resource.h>

unsigned
fd_percent_of_limit(unsigned percent, unsigned max)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur / 100 * percent > max)
        return max;
    return files.rlim_cur < 100 ? 1 : (unsigned)(files.rlim_cur * percent / 100);
}
