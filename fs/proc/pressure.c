/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/pressure: what the kernel writes for the cgroup, as the layout is the same; where it counts
 * none, zeros in the lines this kernel has (linux:kernel/sched/psi.c, psi_show). */

#include "fs/proc/files.h"

#include "common/lines.h"

#include <string.h>

#define SOME "some"
#define FULL "full"

static void
append_zeros(GString *out, Span line_name)
{
    g_string_append_len(out, line_name.text, (gssize)line_name.len);
    g_string_append(out, " avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
}

/* @usual: what a kernel writes that has said nothing. */
static void
render(const View *view, const char *usual, GString *out)
{
    const HostText *own = &view->snapshot->pressure, *host = &view->snapshot->host_pressure;
    LineIter lines =
        host->len > 0 ? lines_of(host->text, host->len) : lines_of(usual, strlen(usual));
    Span line, name;

    if (own->text) {
        g_string_append_len(out, own->text, (gssize)own->len);
        return;
    }
    while (lines_next(&lines, &line))
        if (span_next_word(&line, &name))
            append_zeros(out, name);
}

void
pressure_render(const View *view, GString *out)
{
    render(view, SOME "\n" FULL "\n", out);
}

/* Nobody but a whole machine loses time to interrupts "in part". */
void
pressure_irq_render(const View *view, GString *out)
{
    render(view, FULL "\n", out);
}

size_t
pressure_longest(const View *view)
{
    (void)view;
    return 2 *
           (sizeof "some avg10=100.00 avg60=100.00 avg300=100.00 total=18446744073709551615\n" - 1);
}
