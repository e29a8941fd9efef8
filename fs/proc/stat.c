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

/* Of ten columns five are counted, the others stay 0: a CPU up to 10^12 ticks, which are three
 * centuries, all of them together as long as there are CPUs. */
#define LONGEST_CPU_NAME (sizeof "cpu8191" - 1)
#define LONGEST_COLUMNS(digits) (5 * (1 + (digits)) + 5 * 2)

static size_t
cpu_longest(const View *view)
{
    return sizeof "cpu \n" - 1 + LONGEST_COLUMNS(16) +
           view->snapshot->host_cpu.n * (LONGEST_CPU_NAME + LONGEST_COLUMNS(12) + 1);
}

/* Not more than there can be threads: PID_MAX_LIMIT (linux:include/linux/threads.h). */
#define LONGEST_COUNT "4194304"

static const struct {
    const char *key;
    void (*render)(const View *view, GString *out);
    size_t longest; /* of the line; 0: cpu_longest() */
} rows[] = {
    {"cpu", cpu_render, 0},
    {"intr", intr_render, sizeof "intr 0\n" - 1},
    {"btime", btime_render, sizeof "btime 18446744073709551615\n" - 1},
    {"procs_running", procs_running_render, sizeof "procs_running " LONGEST_COUNT "\n" - 1},
    {"procs_blocked", procs_blocked_render, sizeof "procs_blocked " LONGEST_COUNT "\n" - 1},
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

/* G_N_ELEMENTS(rows) if there is none. */
static size_t
find_row(Span key)
{
    size_t i = 0;

    while (i < G_N_ELEMENTS(rows) && !span_equals(key, rows[i].key))
        i++;
    return i;
}

static void
line_render(const View *view, Span line, GString *out)
{
    Span key;
    size_t row;

    if (!span_next_word(&line, &key))
        return;
    row = find_row(key);
    if (row < G_N_ELEMENTS(rows))
        rows[row].render(view, out);
    else if (!span_starts_with(key, "cpu")) /* "cpu" has rendered the CPUs */
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

static size_t
line_longest(const View *view, Span line)
{
    g_autoptr(GString) zeros = g_string_new(NULL);
    Span key;
    size_t row;

    if (!span_next_word(&line, &key))
        return 0;
    row = find_row(key);
    if (row < G_N_ELEMENTS(rows))
        return rows[row].longest > 0 ? rows[row].longest : cpu_longest(view);
    if (!span_starts_with(key, "cpu"))
        zeros_render(key, line, zeros);
    return zeros->len;
}

size_t
stat_longest(const View *view)
{
    LineIter lines = lines_of(view->snapshot->stat.text, view->snapshot->stat.len);
    size_t length = 0;
    Span line;

    while (lines_next(&lines, &line))
        length += line_longest(view, line);
    return length;
}
