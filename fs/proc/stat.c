/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/stat: the lines of the host's text in their order (linux:fs/proc/stat.c), the CPUs' from
 * the view, the rest zero unless the container can know better. */

#include "fs/proc/files.h"

#include "common/lines.h"
#include "common/number.h"

#include <inttypes.h>

#define TICK_USEC 10000 /* USER_HZ is 100 on every architecture Linux still runs on but alpha */

#define TICKS(usec) ((usec) / TICK_USEC)

static void
append_cpu(GString *out, const CpuTimes *cpu)
{
    g_string_append_printf(out,
                           " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                           " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                           TICKS(cpu->user), TICKS(cpu->nice), TICKS(cpu->system), TICKS(cpu->idle),
                           TICKS(cpu->iowait), TICKS(cpu->irq), TICKS(cpu->softirq),
                           TICKS(cpu->steal), TICKS(cpu->guest), TICKS(cpu->guest_nice));
}

static void
cpu_render(const View *view, GString *out)
{
    g_string_append(out, "cpu "); /* and the blank of the first column: two */
    append_cpu(out, &view->cpu.total);
    for (unsigned i = 0; i < view->cpu.n_online; i++) {
        g_string_append_printf(out, "cpu%u", i);
        append_cpu(out, &view->cpu.cpus[i]);
    }
}

/* When this reader's boottime clock was zero.  A container without a time namespace has the
 * host's: /proc/PID/stat counts start times from there. */
static void
btime_render(const View *view, GString *out)
{
    const Snapshot *snapshot = view->snapshot;
    uint64_t btime = snapshot->host_cpu.btime;
    int64_t offset = snapshot->boottime_offset;

    if (offset < 0)
        btime = number_add(btime, -(uint64_t)offset / G_USEC_PER_SEC);
    else
        btime = number_sub(btime, (uint64_t)offset / G_USEC_PER_SEC);
    g_string_append_printf(out, "btime %" PRIu64 "\n", btime);
}

/* The total alone: how many interrupt lines the host has is nobody's business. */
static void
intr_render(const View *view, GString *out)
{
    (void)view;
    g_string_append(out, "intr 0\n");
}

static void
procs_running_render(const View *view, GString *out)
{
    g_string_append_printf(out, "procs_running %" PRIu64 "\n",
                           number_add(view->load.running, 1)); /* and he who reads */
}

static void
procs_blocked_render(const View *view, GString *out)
{
    g_string_append_printf(out, "procs_blocked %" PRIu64 "\n", view->load.blocked);
}

static const struct {
    const char *key;
    void (*render)(const View *view, GString *out);
} rows[] = {
    {"cpu", cpu_render},
    {"intr", intr_render},
    {"btime", btime_render},
    {"procs_running", procs_running_render},
    {"procs_blocked", procs_blocked_render},
};

/* Everything else, and what a newer kernel may add: there, but nothing counted. */
static void
zeros_render(Span key, Span columns, GString *out)
{
    Span word;

    g_string_append_len(out, key.text, (gssize)key.len);
    while (span_next_word(&columns, &word))
        g_string_append(out, " 0");
    g_string_append_c(out, '\n');
}

static void
line_render(const View *view, Span line, GString *out)
{
    Span key;

    if (!span_next_word(&line, &key))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (span_equals(key, rows[i].key)) {
            rows[i].render(view, out);
            return;
        }
    if (!span_starts_with(key, "cpu")) /* "cpu" has rendered the CPUs */
        zeros_render(key, line, out);
}

void
stat_render(const View *view, GString *out)
{
    LineIter lines = lines_of(view->snapshot->stat.text, view->snapshot->stat.len);
    Span line;

    while (lines_next(&lines, &line))
        line_render(view, line, out);
}
