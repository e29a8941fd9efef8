/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/uptime: seconds since birth, seconds all CPUs together were idle (linux:fs/proc/uptime.c).
 */

#include "fs/proc/files.h"

#include "common/number.h"

#include <inttypes.h>

static uint64_t
age(const Snapshot *snapshot)
{
    int64_t offset = snapshot->boottime_offset;

    if (offset == 0)
        return number_sub(snapshot->now, snapshot->born);
    if (offset < 0) /* the time namespace is younger than the machine */
        return number_sub(snapshot->now, -(uint64_t)offset);
    return number_add(snapshot->now, (uint64_t)offset);
}

static void
append_seconds(GString *out, uint64_t usec)
{
    g_string_append_printf(out, "%" PRIu64 ".%02" PRIu64, usec / G_USEC_PER_SEC,
                           usec % G_USEC_PER_SEC / 10000);
}

void
uptime_render(const View *view, GString *out)
{
    uint64_t uptime = age(view->snapshot);
    /* The two ages are taken from clocks that may differ by the time it takes to make a container:
     * no CPU was idle for longer than it was up. */
    uint64_t idle = MIN(view->cpu.total.idle, number_mul(uptime, view->cpu.n_seen));

    append_seconds(out, uptime);
    g_string_append_c(out, ' ');
    append_seconds(out, idle);
    g_string_append_c(out, '\n');
}

/* 2^64 microseconds, twice. */
size_t
uptime_longest(const View *view)
{
    (void)view;
    return sizeof "18446744073709.55 18446744073709.55\n" - 1;
}
