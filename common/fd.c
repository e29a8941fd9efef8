/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "common/fd.h"

#include <sys/resource.h>

unsigned
fd_part_of_limit(unsigned part, unsigned max)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur / part > max)
        return max;
    return files.rlim_cur < part ? 1 : (unsigned)(files.rlim_cur / part);
}
