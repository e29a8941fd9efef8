/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "fs/view/cpu_view.h"
#include "tests/unit/pure/rendering.h"

/* May use these CPUs of the host and has used nothing. */
static inline CgroupCpu
idle_on(const char *cpuset)
{
    return (CgroupCpu){.quota = CGROUP_NO_LIMIT, .period = 100 * MSEC, .cpus = cpus(cpuset)};
}

static inline CgroupCpu
with_quota(const char *cpuset, uint64_t quota)
{
    CgroupCpu cpu = idle_on(cpuset);

    cpu.quota = quota;
    return cpu;
}
