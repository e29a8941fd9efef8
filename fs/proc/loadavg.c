/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/loadavg: the averages of 1, 5 and 15 minutes, running/all threads, last pid
 * (linux:fs/proc/loadavg.c). */

#include "fs/proc/files.h"

#include "common/number.h"

#include <inttypes.h>

#define SHIFT 11
#define ONE (UINT64_C(1) << SHIFT)
#define HALF_DIGIT (ONE / 200) /* rounds the second digit */

static void
append_average(GString *out, uint64_t average)
{
    uint64_t rounded = number_add(average, HALF_DIGIT);

    g_string_append_printf(out, "%" PRIu64 ".%02" PRIu64 " ", rounded >> SHIFT,
                           ((rounded & (ONE - 1)) * 100) >> SHIFT);
}

void
loadavg_render(const View *view, GString *out)
{
    const LoadView *load = &view->load;
    uint64_t running = number_add(load->running, 1); /* he who reads */

    for (unsigned i = 0; i < LOAD_VIEW_AVERAGES; i++)
        append_average(out, load->averages[i]);
    g_string_append_printf(out, "%" PRIu64 "/%" PRIu64 " %" PRIu64 "\n", running,
                           MAX(load->threads, running), load->last_pid);
}

/* With all the threads there can be: PID_MAX_LIMIT (linux:include/linux/threads.h). */
size_t
loadavg_longest(const View *view)
{
    (void)view;
    return sizeof "4194304.00 4194304.00 4194304.00 4194304/4194304 4194304\n" - 1;
}
