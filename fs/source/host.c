/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fs/source/host.h"

#include "common/error.h"
#include "common/io.h"
#include "common/lines.h"
#include "common/number.h"

#include <inttypes.h>
#include <stddef.h>

#define KIB 1024u
#define TICK_USEC 10000u /* /proc/stat counts in USER_HZ, 1/100 s */

void
host_text_clear(HostText *text)
{
    g_clear_pointer(&text->text, g_free);
    text->len = 0;
}

bool
host_text_read(int root_fd, const char *path, HostText *ret, GError **error)
{
    size_t len;
    char *text = io_read_at(root_fd, path, &len, error);

    if (!text)
        return false;
    *ret = (HostText){text, len};
    return true;
}

static const LineKey memory_keys[] = {
    {"MemTotal:", offsetof(HostMemory, total)},
    {"MemFree:", offsetof(HostMemory, free)},
    {"MemAvailable:", offsetof(HostMemory, available)},
    {"Cached:", offsetof(HostMemory, cached)},
    {"AnonPages:", offsetof(HostMemory, anon)},
    {"Shmem:", offsetof(HostMemory, shmem)},
    {"SReclaimable:", offsetof(HostMemory, slab_reclaimable)},
    {"SUnreclaim:", offsetof(HostMemory, slab_unreclaimable)},
    {"SwapTotal:", offsetof(HostMemory, swap_total)},
    {"SwapFree:", offsetof(HostMemory, swap_free)},
    {"Hugepagesize:", offsetof(HostMemory, huge_size)},
};

/* These count, the others are in kB. */
static const LineKey huge_keys[] = {
    {"HugePages_Total:", offsetof(HostMemory, huge_total)},
    {"HugePages_Free:", offsetof(HostMemory, huge_free)},
    {"HugePages_Rsvd:", offsetof(HostMemory, huge_reserved)},
};

bool
host_memory_parse(const HostText *meminfo, HostMemory *ret, GError **error)
{
    HostMemory memory = {.total = NUMBER_MAX, .free = NUMBER_MAX, .available = NUMBER_MAX};

    if (!lines_read_keys(meminfo->text, meminfo->len, memory_keys, G_N_ELEMENTS(memory_keys),
                         &memory, error) ||
        !lines_read_keys(meminfo->text, meminfo->len, huge_keys, G_N_ELEMENTS(huge_keys), &memory,
                         error)) {
        g_prefix_error(error, "meminfo: ");
        return false;
    }
    if (memory.total == NUMBER_MAX || memory.free == NUMBER_MAX) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "meminfo: no MemTotal or no MemFree");
        return false;
    }
    if (memory.available == NUMBER_MAX) /* before Linux 3.14: what is free, at the least */
        memory.available = memory.free;
    for (size_t i = 0; i < G_N_ELEMENTS(memory_keys); i++) {
        uint64_t *value = (uint64_t *)((char *)&memory + memory_keys[i].offset);

        *value = number_mul(*value, KIB);
    }
    *ret = memory;
    return true;
}

/* The columns of a "cpuN" line in their order; older kernels have fewer. */
static const size_t cpu_columns[] = {
    offsetof(CpuTimes, user),       offsetof(CpuTimes, nice),   offsetof(CpuTimes, system),
    offsetof(CpuTimes, idle),       offsetof(CpuTimes, iowait), offsetof(CpuTimes, irq),
    offsetof(CpuTimes, softirq),    offsetof(CpuTimes, steal),  offsetof(CpuTimes, guest),
    offsetof(CpuTimes, guest_nice),
};
#define CPU_COLUMNS_MIN 4

static bool
cpu_times_parse(Span columns, CpuTimes *ret, GError **error)
{
    Span word;
    size_t n = 0;
    uint64_t ticks;

    while (n < G_N_ELEMENTS(cpu_columns) && span_next_word(&columns, &word)) {
        if (!span_number(word, &ticks, error))
            return false;
        *(uint64_t *)((char *)ret + cpu_columns[n++]) = number_mul(ticks, TICK_USEC);
    }
    if (n >= CPU_COLUMNS_MIN)
        return true;
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "only %zu columns", n);
    return false;
}

/* @line begins with "cpu" and a digit. */
static bool
cpu_line_parse(Span line, GArray *cpus, CpuSet *online, GError **error)
{
    Span name;
    uint64_t number;

    (void)span_next_word(&line, &name); /* there is one: the caller looked */
    if (!span_number((Span){name.text + 3, name.len - 3}, &number, error))
        return false;
    if (number >= CPUSET_MAX) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "no machine has a CPU %" PRIu64,
                    number);
        return false;
    }
    if (number >= cpus->len)
        g_array_set_size(cpus, (guint)number + 1);
    cpuset_add(online, (unsigned)number);
    return cpu_times_parse(line, &g_array_index(cpus, CpuTimes, number), error);
}

static bool
stat_line_parse(Span line, GArray *cpus, HostCpu *cpu, GError **error)
{
    Span word;

    if (span_starts_with(line, "cpu") && line.len > 3 && g_ascii_isdigit(line.text[3]))
        return cpu_line_parse(line, cpus, &cpu->online, error);
    if (span_starts_with(line, "btime ") && span_next_word(&line, &word) &&
        span_next_word(&line, &word))
        return span_number(word, &cpu->btime, error);
    return true;
}

bool
host_cpu_parse(const HostText *stat, HostCpu *ret, GError **error)
{
    g_autoptr(GArray) cpus = g_array_new(FALSE, TRUE, sizeof(CpuTimes));
    LineIter lines = lines_of(stat->text, stat->len);
    HostCpu cpu = {0};
    Span line;

    while (lines_next(&lines, &line))
        if (!stat_line_parse(line, cpus, &cpu, error)) {
            g_prefix_error(error, "stat: ");
            return false;
        }
    if (cpus->len == 0) {
        g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "stat: no CPU");
        return false;
    }
    cpu.n = cpus->len;
    cpu.cpus = (CpuTimes *)(void *)g_array_free(g_steal_pointer(&cpus), FALSE);
    *ret = cpu;
    return true;
}

void
host_cpu_clear(HostCpu *cpu)
{
    g_clear_pointer(&cpu->cpus, g_free);
    cpu->n = 0;
}
