/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* CPU time on cgroup v1, for each CPU: linux:kernel/sched/cpuacct.c.  cpuacct.usage_percpu is what
 * the scheduler measured; what part of it was user time is sampled at ticks only. */

#include "fs/source/cgroup_versions.h"

#include "common/error.h"
#include "common/number.h"
#include "fs/source/cgroup_level.h"

#include <stddef.h>

#define NSEC_PER_USEC 1000u

static bool
malformed(GError **error, const char *what)
{
    g_set_error(error, READ_ERROR, READ_ERROR_MALFORMED, "%s", what);
    return false;
}

/* An array of CpuUsage by the host's CPU number, with its totals. */
static GArray *
usage_percpu_parse(const HostText *text, GError **error)
{
    g_autoptr(GArray) usages = g_array_new(FALSE, TRUE, sizeof(CpuUsage));
    Span rest = cgroup_first_line(text), word;

    while (span_next_word(&rest, &word)) {
        CpuUsage usage = {0};

        if (!span_number(word, &usage.total, error)) {
            g_prefix_error(error, "cpuacct.usage_percpu: ");
            return NULL;
        }
        usage.total /= NSEC_PER_USEC;
        g_array_append_val(usages, usage);
    }
    if (usages->len > 0 && usages->len <= CPUSET_MAX)
        return g_steal_pointer(&usages);
    (void)malformed(error, "cpuacct.usage_percpu: not a number for each CPU");
    return NULL;
}

/* A row is "CPU user system", in nanoseconds. */
static bool
usage_all_row(Span row, GArray *usages, GError **error)
{
    Span cpu, user, system;
    CpuUsage *usage;
    uint64_t number;

    if (!span_next_word(&row, &cpu) || !span_next_word(&row, &user) ||
        !span_next_word(&row, &system))
        return malformed(error, "a row is not three numbers");
    if (!span_number(cpu, &number, error))
        return false;
    if (number >= usages->len)
        return malformed(error, "more CPUs than cpuacct.usage_percpu has");
    usage = &g_array_index(usages, CpuUsage, number);
    if (!span_number(user, &usage->user, error) || !span_number(system, &usage->system, error))
        return false;
    usage->user /= NSEC_PER_USEC;
    usage->system /= NSEC_PER_USEC;
    return true;
}

/* The user and system times of such an array. */
static bool
usage_all_parse(const HostText *text, GArray *usages, GError **error)
{
    LineIter lines = lines_of(text->text, text->len);
    bool good;
    Span line;

    good = lines_next(&lines, &line) && span_equals(line, "cpu user system");
    if (!good)
        (void)malformed(error, "the header is not 'cpu user system'");
    while (good && lines_next(&lines, &line))
        good = usage_all_row(line, usages, error);
    if (!good)
        g_prefix_error(error, "cpuacct.usage_all: ");
    return good;
}

/* Of the whole cgroup, in ticks; NUMBER_MAX: not told. */
typedef struct {
    uint64_t user, system;
} Stat;

static const LineKey stat_keys[] = {
    {"user", offsetof(Stat, user)},
    {"system", offsetof(Stat, system)},
};

/* The same where there is no cpuacct.usage_all: the totals divided as cpuacct.stat divides the sum.
 */
static bool
cpuacct_stat_parse(const HostText *text, GArray *usages, GError **error)
{
    Stat stat = {NUMBER_MAX, NUMBER_MAX};

    if (!lines_read_keys(text->text, text->len, stat_keys, G_N_ELEMENTS(stat_keys), &stat, error)) {
        g_prefix_error(error, "cpuacct.stat: ");
        return false;
    }
    if (stat.user == NUMBER_MAX || stat.system == NUMBER_MAX)
        return malformed(error, "cpuacct.stat: no user or no system");
    for (guint i = 0; i < usages->len; i++) {
        CpuUsage *usage = &g_array_index(usages, CpuUsage, i);

        usage->system = stat.system == 0 ? 0
                                         : number_mul_div(usage->total, stat.system,
                                                          number_add(stat.user, stat.system));
        usage->user = number_sub(usage->total, usage->system);
    }
    return true;
}

/* cpuacct.usage_all is there since Linux 4.8. */
static bool
divide(const CgroupLevel *level, GArray *usages, GError **error)
{
    g_auto(HostText) all = {0}, stat = {0};

    if (!cgroup_file_read(level, "cpuacct.usage_all", &all, error))
        return false;
    if (all.text)
        return usage_all_parse(&all, usages, error);
    if (!cgroup_file_read(level, "cpuacct.stat", &stat, error))
        return false;
    return stat.text ? cpuacct_stat_parse(&stat, usages, error)
                     : malformed(error, "the cgroup has no cpuacct.stat");
}

bool
cgroup_v1_cpu_times(const CgroupLevel *level, CgroupCpu *ret, GError **error)
{
    g_autoptr(GArray) usages = NULL;
    g_auto(HostText) percpu = {0};

    if (!cgroup_file_read(level, "cpuacct.usage_percpu", &percpu, error))
        return false;
    if (!percpu.text)
        return malformed(error, "the cgroup has no cpuacct.usage_percpu");
    usages = usage_percpu_parse(&percpu, error);
    if (!usages || !divide(level, usages, error))
        return false;
    ret->user = ret->nice = ret->system = 0;
    for (guint i = 0; i < usages->len; i++) {
        ret->user = number_add(ret->user, g_array_index(usages, CpuUsage, i).user);
        ret->system = number_add(ret->system, g_array_index(usages, CpuUsage, i).system);
    }
    ret->n_per_cpu = usages->len;
    g_free(ret->per_cpu);
    ret->per_cpu = (CpuUsage *)(void *)g_array_free(g_steal_pointer(&usages), FALSE);
    return true;
}

bool
cgroup_v1_cpu_usage(const CgroupLevel *level, uint64_t *ret, GError **error)
{
    uint64_t nsec;

    if (!cgroup_file_number(level, "cpuacct.usage", &nsec, error))
        return false;
    *ret = nsec / NSEC_PER_USEC;
    return true;
}
